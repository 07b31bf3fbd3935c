/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <lineedit/lineedit.h>

#include <string.h>

#include <kata/utf8.h>

#define CONTROL(letter) ((letter) - '@')

enum { BEL = 0x07, BS = 0x08, ESC = 0x1b, DEL = 0x7f };
enum { NO_ESCAPE, ESCAPE, ESCAPE_SEQUENCE };

void lineedit_init(struct lineedit *e, void (*echo)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    memset(e, 0, sizeof(*e));
    e->echo = echo;
    e->ctx = ctx;
}

static void put(struct lineedit *e, const char *bytes, size_t n)
{
    e->echo(e->ctx, bytes, n);
}

static void bell(struct lineedit *e)
{
    static const char bel = BEL;

    put(e, &bel, 1);
}

static void repeat(struct lineedit *e, char c, unsigned n)
{
    while (n-- > 0)
        put(e, &c, 1);
}

/* Terminal columns of line[from..to): characters, not bytes. */
static unsigned columns(const struct lineedit *e, unsigned from, unsigned to)
{
    unsigned n = 0;

    for (; from < to; from++)
        n += !utf8_is_continuation((uint8_t)e->line[from]);
    return n;
}

static unsigned left_of(const struct lineedit *e, unsigned at)
{
    while (at > 0 && utf8_is_continuation((uint8_t)e->line[--at]))
        ;
    return at;
}

static unsigned right_of(const struct lineedit *e, unsigned at)
{
    if (at < e->length)
        at++;
    while (at < e->length && utf8_is_continuation((uint8_t)e->line[at]))
        at++;
    return at;
}

/* Moves the cursor; rings when it is there already. */
static void move_to(struct lineedit *e, unsigned to)
{
    if (to == e->cursor)
        bell(e);
    else if (to < e->cursor)
        repeat(e, BS, columns(e, to, e->cursor));
    else
        put(e, e->line + e->cursor, to - e->cursor);
    e->cursor = (uint16_t)to;
}

static void insert(struct lineedit *e, const char *bytes, unsigned n)
{
    if (e->length + n > LINEEDIT_MAX) {
        e->too_long = true;
        bell(e);
        return;
    }
    memmove(e->line + e->cursor + n, e->line + e->cursor, e->length - e->cursor);
    memcpy(e->line + e->cursor, bytes, n);
    e->length = (uint16_t)(e->length + n);
    put(e, e->line + e->cursor, e->length - e->cursor);
    e->cursor = (uint16_t)(e->cursor + n);
    repeat(e, BS, columns(e, e->cursor, e->length));
}

void lineedit_insert(struct lineedit *e, const char *text, size_t n)
{
    insert(e, text, (unsigned)n);
}

void lineedit_redraw(struct lineedit *e)
{
    put(e, e->line, e->length);
    repeat(e, BS, columns(e, e->cursor, e->length));
}

/* Erases line[from..to), where from <= cursor <= to; the cursor ends at from. */
static void erase(struct lineedit *e, unsigned from, unsigned to)
{
    unsigned gone = columns(e, from, to);

    if (from == to) {
        bell(e);
        return;
    }
    repeat(e, BS, columns(e, from, e->cursor));
    memmove(e->line + from, e->line + to, e->length - to);
    e->length = (uint16_t)(e->length - (to - from));
    e->cursor = (uint16_t)from;
    put(e, e->line + from, e->length - from);
    repeat(e, ' ', gone);
    repeat(e, BS, gone + columns(e, from, e->length));
    e->too_long = false;        /* the user has seen the line and works on it */
    e->bad_character = false;
}

static void erase_word(struct lineedit *e)
{
    unsigned from = e->cursor;

    while (from > 0 && e->line[from - 1] == ' ')
        from--;
    while (from > 0 && e->line[from - 1] != ' ')
        from--;
    erase(e, from, e->cursor);
}

static void replace_line(struct lineedit *e, const char *text)
{
    if (e->length > 0)
        erase(e, 0, e->length);
    insert(e, text, (unsigned)strlen(text));
}

/* Shows the n-th newest line, or for 0 the line that was being typed. */
static void browse(struct lineedit *e, unsigned n)
{
    const char *text = n == 0 ? e->draft : lineedit_history_get(&e->history, n);

    if (text == NULL || n == e->browsing) {
        bell(e);
        return;
    }
    if (e->browsing == 0) {
        memcpy(e->draft, e->line, e->length);
        e->draft[e->length] = '\0';
    }
    e->browsing = (uint8_t)n;
    replace_line(e, text);
}

static void start_line(struct lineedit *e)
{
    e->length = 0;
    e->cursor = 0;
    e->browsing = 0;
    e->expected = 0;
    e->too_long = false;
    e->bad_character = false;
}

static enum lineedit_event complete(struct lineedit *e)
{
    enum lineedit_event event = LINEEDIT_LINE;

    put(e, "\n", 1);
    e->line[e->length] = '\0';
    if (e->too_long)
        event = LINEEDIT_TOO_LONG;
    else if (e->bad_character)
        event = LINEEDIT_BAD_CHARACTER;
    else
        lineedit_history_add(&e->history, e->line);
    start_line(e);
    return event;
}

/* A key of the keyboard's arrow block, by the last byte of its escape sequence. */
static void sequence_key(struct lineedit *e, uint8_t key)
{
    switch (key) {
    case 'A':
        browse(e, e->browsing + 1u);
        break;
    case 'B':
        browse(e, e->browsing > 0 ? e->browsing - 1u : 0);
        break;
    case 'C':
        move_to(e, right_of(e, e->cursor));
        break;
    case 'D':
        move_to(e, left_of(e, e->cursor));
        break;
    case 'H':
        move_to(e, 0);
        break;
    case 'F':
        move_to(e, e->length);
        break;
    case CONTROL('D'):      /* ours, for ESC [ 3 ~; F1 is ESC O P */
        erase(e, e->cursor, right_of(e, e->cursor));
        break;
    default:
        bell(e);
        break;
    }
}

/* ESC [ n ~ keys as the letters above. */
static uint8_t tilde_key(uint8_t parameter)
{
    static const char keys[] = {0, 'H', 0, CONTROL('D'), 'F', 0, 0, 'H', 'F'};

    return parameter < sizeof(keys) ? (uint8_t)keys[parameter] : 0;
}

static void escape_byte(struct lineedit *e, uint8_t byte)
{
    if (e->escape == ESCAPE && (byte == '[' || byte == 'O')) {
        e->escape = ESCAPE_SEQUENCE;
        e->parameter = 0;
    } else if (e->escape == ESCAPE_SEQUENCE && byte >= '0' && byte <= '9') {
        e->parameter = e->parameter < 25 ? (uint8_t)(e->parameter * 10 + byte - '0') : UINT8_MAX;
    } else if (e->escape == ESCAPE_SEQUENCE && byte == ';') {
        e->parameter = 0;       /* modifier keys: ignored */
    } else {
        e->escape = NO_ESCAPE;
        sequence_key(e, byte == '~' ? tilde_key(e->parameter) : byte);
    }
}

static void control_key(struct lineedit *e, uint8_t byte)
{
    switch (byte) {
    case CONTROL('A'):
        move_to(e, 0);
        break;
    case CONTROL('E'):
        move_to(e, e->length);
        break;
    case CONTROL('B'):
        move_to(e, left_of(e, e->cursor));
        break;
    case CONTROL('F'):
        move_to(e, right_of(e, e->cursor));
        break;
    case BS:
    case DEL:
        erase(e, left_of(e, e->cursor), e->cursor);
        break;
    case CONTROL('D'):
        erase(e, e->cursor, right_of(e, e->cursor));
        break;
    case CONTROL('W'):
        erase_word(e);
        break;
    case CONTROL('K'):
        erase(e, e->cursor, e->length);
        break;
    case CONTROL('U'):
        erase(e, 0, e->length);
        break;
    case CONTROL('P'):
        browse(e, e->browsing + 1u);
        break;
    case CONTROL('N'):
        browse(e, e->browsing > 0 ? e->browsing - 1u : 0);
        break;
    case ESC:
        e->escape = ESCAPE;
        break;
    case '\0':
        break;
    default:
        bell(e);
        break;
    }
}

static void bad_character(struct lineedit *e)
{
    e->expected = 0;
    e->bad_character = true;
    bell(e);
}

/* First byte of a character, or a later one. The character is inserted when it is whole. */
static void text_byte(struct lineedit *e, uint8_t byte)
{
    if (e->expected == 0) {
        e->expected = utf8_length(byte);
        e->pending_length = 0;
    } else if (!utf8_is_continuation(byte) || (e->pending_length == 1 && !utf8_second_ok((uint8_t)e->pending[0], byte))) {
        e->expected = 0;
    }
    if (e->expected == 0) {
        bad_character(e);
        return;
    }
    e->pending[e->pending_length++] = (char)byte;
    if (e->pending_length == e->expected) {
        e->expected = 0;
        insert(e, e->pending, e->pending_length);
    }
}

static enum lineedit_event cancel(struct lineedit *e)
{
    put(e, "^C\n", 3);
    start_line(e);
    return LINEEDIT_CANCELLED;
}

enum lineedit_event lineedit_input(struct lineedit *e, uint8_t byte)
{
    bool second_half = e->after_cr && byte == '\n';

    e->after_cr = byte == '\r';
    if (second_half)
        return LINEEDIT_NOTHING;
    if (e->expected != 0 && byte < 0x80)
        bad_character(e);       /* cut off; this byte counts for itself */
    if (e->escape != NO_ESCAPE && byte >= ' ') {
        escape_byte(e, byte);
        return LINEEDIT_NOTHING;
    }
    e->escape = NO_ESCAPE;      /* a control character ends a sequence that was cut off */
    if (byte == '\r' || byte == '\n')
        return complete(e);
    if (byte == CONTROL('C'))
        return cancel(e);
    if (byte == '\t')
        return LINEEDIT_TAB;
    if (byte < ' ' || byte == DEL)
        control_key(e, byte);
    else
        text_byte(e, byte);
    return LINEEDIT_NOTHING;
}
