/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <ctype.h>
#include <kata/sdk_abi.h>
#include <manifest/manifest.h>
#include <stdbool.h>
#include <string.h>

/* A text that is being read, and where: [at, end) is what is left of the value. */
struct cursor {
    const char *text;
    uint16_t at, end;
};

typedef enum manifest_reason reason_t;
#define FINE ((reason_t)0)

typedef reason_t value_fn(struct manifest *m, struct cursor *value, const void *rule);

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The span without spaces on either side. */
static struct manifest_span trimmed(const char *text, uint16_t at, uint16_t end)
{
    while (at < end && is_space(text[at]))
        at++;
    while (end > at && is_space(text[end - 1]))
        end--;
    return (struct manifest_span){ at, (uint16_t)(end - at) };
}

/* Next word of a value; length 0: none left. */
static struct manifest_span next_word(struct cursor *c)
{
    while (c->at < c->end && is_space(c->text[c->at]))
        c->at++;
    uint16_t from = c->at;
    while (c->at < c->end && !is_space(c->text[c->at]))
        c->at++;
    return (struct manifest_span){ from, (uint16_t)(c->at - from) };
}

static bool equals(const char *text, struct manifest_span span, const char *word)
{
    return strlen(word) == span.length && memcmp(text + span.at, word, span.length) == 0;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

struct number_rule {
    uint32_t low, high;
    uint8_t offset, bytes;      /* of the field */
};

/* digits, then perhaps K or M. Values beyond 2^32 are out of range, whatever the rule. */
static reason_t parse_number(const char *text, struct manifest_span span, uint64_t *value)
{
    uint16_t digits = span.length;
    unsigned shift = 0;
    if (digits > 1 && (text[span.at + digits - 1] == 'K' || text[span.at + digits - 1] == 'M'))
        shift = text[span.at + --digits] == 'K' ? 10 : 20;
    *value = 0;
    for (uint16_t i = 0; i < digits; i++) {
        char c = text[span.at + i];
        if (c < '0' || c > '9')
            return MANIFEST_BAD_NUMBER;
        *value = *value * 10 + (unsigned)(c - '0');
        if (*value >> 32 != 0)
            return MANIFEST_OUT_OF_RANGE;
    }
    *value <<= shift;
    return FINE;
}

static reason_t number(struct manifest *m, struct cursor *c, const void *rule)
{
    const struct number_rule *r = rule;
    uint64_t value;
    reason_t bad = parse_number(c->text, next_word(c), &value);
    if (bad != FINE)
        return bad;
    if (value < r->low || value > r->high)
        return MANIFEST_OUT_OF_RANGE;
    if (r->bytes == 1)
        ((uint8_t *)m)[r->offset] = (uint8_t)value;
    else
        memcpy((char *)m + r->offset, &(uint32_t){ (uint32_t)value }, sizeof(uint32_t));
    return next_word(c).length == 0 ? FINE : MANIFEST_TOO_MANY;
}

static bool is_name(const char *text, struct manifest_span span)
{
    bool ok = span.length <= MANIFEST_NAME_MAX && text[span.at] != '.' && text[span.at] != '-';
    for (uint16_t i = 0; i < span.length; i++) {
        unsigned char c = (unsigned char)text[span.at + i];
        ok = ok && (isalnum(c) || c == '.' || c == '_' || c == '-');
    }
    return ok;
}

struct names_rule {
    uint8_t offset, most;       /* of an array of spans */
};

static reason_t names(struct manifest *m, struct cursor *c, const void *rule)
{
    const struct names_rule *r = rule;
    struct manifest_span *span = (struct manifest_span *)(void *)((char *)m + r->offset), word;
    for (unsigned n = 0; (word = next_word(c)).length != 0; n++) {
        if (n == r->most)
            return MANIFEST_TOO_MANY;
        if (!is_name(c->text, word))
            return MANIFEST_BAD_NAME;
        span[n] = word;
    }
    return FINE;
}

static reason_t text_value(struct manifest *m, struct cursor *c, const void *rule)
{
    const struct names_rule *r = rule;
    struct manifest_span span = trimmed(c->text, c->at, c->end);
    if (span.length > MANIFEST_ARGS_MAX)
        return MANIFEST_OUT_OF_RANGE;
    *(struct manifest_span *)(void *)((char *)m + r->offset) = span;
    return FINE;
}

/* Number of a word in a list, or -1. */
static int word_number(const char *text, struct manifest_span word, const char *const *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (equals(text, word, list[i]))
            return (int)i;
    return -1;
}

static reason_t priority(struct manifest *m, struct cursor *c, const void *rule)
{
    static const char *const classes[] = { "low", "normal", "high" };
    int n = word_number(c->text, next_word(c), classes, 3);
    (void)rule;
    if (n < 0)
        return MANIFEST_UNKNOWN_WORD;
    m->priority = (uint8_t)n;
    return next_word(c).length == 0 ? FINE : MANIFEST_TOO_MANY;
}

static const char *const permission_names[] = SDK_PERMISSION_NAMES;
#define PERMISSIONS (sizeof permission_names / sizeof permission_names[0])

static reason_t permissions(struct manifest *m, struct cursor *c, const void *rule)
{
    struct manifest_span word = next_word(c);
    (void)rule;
    m->permissions = 0;
    if (equals(c->text, word, "none"))
        return next_word(c).length == 0 ? FINE : MANIFEST_TOO_MANY;
    for (; word.length != 0; word = next_word(c)) {
        int n = word_number(c->text, word, permission_names, PERMISSIONS);
        if (n < 0)
            return MANIFEST_UNKNOWN_WORD;
        m->permissions |= (uint8_t)(1u << n);
    }
    return FINE;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

#define AT(field) ((uint8_t)offsetof(struct manifest, field))
#define NUMBER(field, size, low, high) number, &(const struct number_rule){ low, high, AT(field), size }
#define NAMES(field, most) names, &(const struct names_rule){ AT(field), most }
#define TEXT(field) text_value, &(const struct names_rule){ AT(field), 1 }

static const struct key {
    const char *name;
    value_fn *parse;
    const void *rule;
} keys[] = {
    { "name", NAMES(name, 1) },
    { "version", NAMES(version, 1) },
    { "priority", priority, NULL },
    { "budget_us", NUMBER(budget_us, 4, 100, 1000000) },
    { "period_us", NUMBER(period_us, 4, 1000, 1000000) },
    { "stack", NUMBER(stack, 4, 1024, 1u << 20) },
    { "heap", NUMBER(heap, 4, 0, 1u << 30) },
    { "permissions", permissions, NULL },
    { "peers", NAMES(peers, MANIFEST_PEERS) },
    { "models", NAMES(models, MANIFEST_MODELS) },
    { "quota_memory", NUMBER(quota_memory, 4, 16384, 1u << 30) },
    { "quota_keys", NUMBER(quota_keys, 1, 0, 24) },
    { "quota_timers", NUMBER(quota_timers, 1, 0, SDK_TIMERS) },
    { "args", TEXT(args) },
};
#define KEYS (sizeof keys / sizeof keys[0])

void manifest_defaults(struct manifest *m)
{
    *m = (struct manifest){
        .budget_us = 5000, .period_us = 10000, .stack = 16384, .priority = MANIFEST_NORMAL,
        .permissions = ((1u << PERMISSIONS) - 1) & ~(unsigned)SDK_MAY_AUDIO, .quota_keys = 24, .quota_timers = SDK_TIMERS,
    };
}

static reason_t parse_value(struct manifest *m, const char *text, struct manifest_span name, struct cursor *value, uint32_t *seen)
{
    unsigned i = 0;
    while (i < KEYS && !equals(text, name, keys[i].name))
        i++;
    if (i == KEYS)
        return MANIFEST_UNKNOWN_KEY;
    if (*seen >> i & 1)
        return MANIFEST_TWICE;
    *seen |= 1u << i;
    if (trimmed(text, value->at, value->end).length == 0)
        return MANIFEST_NO_VALUE;
    return keys[i].parse(m, value, keys[i].rule);
}

/* One line [at, end), without its newline. */
static reason_t parse_line(struct manifest *m, const char *text, uint16_t at, uint16_t end, uint32_t *seen)
{
    const char *comment = memchr(text + at, '#', end - at);
    if (comment != NULL)
        end = (uint16_t)(comment - text);
    for (uint16_t i = at; i < end; i++)
        if (!is_space(text[i]) && !isprint((unsigned char)text[i]))
            return MANIFEST_BAD_CHARACTER;
    if (trimmed(text, at, end).length == 0)
        return FINE;
    const char *sign = memchr(text + at, '=', end - at);
    if (sign == NULL)
        return MANIFEST_NO_EQUALS;
    uint16_t middle = (uint16_t)(sign - text);
    struct cursor value = { text, (uint16_t)(middle + 1), end };
    return parse_value(m, text, trimmed(text, at, middle), &value, seen);
}

int manifest_parse(struct manifest *m, const char *text, size_t length)
{
    uint32_t seen = 0;
    unsigned line = 0;
    manifest_defaults(m);
    if (length > MANIFEST_MAX)
        return MANIFEST_ERROR(MANIFEST_TOO_LARGE, 1);
    for (size_t at = 0; at < length; at++) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : length;
        reason_t bad = parse_line(m, text, (uint16_t)at, (uint16_t)end, &seen);
        line++;
        if (bad != FINE)
            return MANIFEST_ERROR(bad, line);
        at = end;
    }
    return m->budget_us <= m->period_us ? 0 : MANIFEST_ERROR(MANIFEST_BUDGET_LONGER, line);
}

/* Line of an offset, counted from 1. */
static unsigned line_of(const char *text, unsigned at)
{
    unsigned line = 1;
    while (at > 0)
        line += text[--at] == '\n';
    return line;
}

int manifest_check(struct manifest *m, const char *text, size_t length, const char *bundle_id)
{
    int error = manifest_parse(m, text, length);
    if (error == 0 && m->name.length != 0 && !equals(text, m->name, bundle_id))
        error = MANIFEST_ERROR(MANIFEST_OTHER_NAME, line_of(text, m->name.at));
    return error;
}
