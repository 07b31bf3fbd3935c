/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Completion with TAB. What may stand in a word is read from the command's usage: BUNDLE, FILE, COMPONENT and COMMAND stand for the
 * names there are, anything else without capital letters for itself.
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <lineedit/lineedit.h>

/* The names that begin with what was typed. */
struct search {
    const char *typed;
    size_t typed_length;
    char common[NAME_SIZE]; /* what all of them begin with */
    size_t length;
    unsigned count;
    bool print;
};

static void visit_part(struct search *s, const char *name, size_t n)
{
    if (n >= NAME_SIZE || n < s->typed_length || memcmp(name, s->typed, s->typed_length) != 0)
        return;
    if (s->print) {
        console_write(name, n);
        console_puts("  ");
        return;
    }
    if (s->count++ == 0) {
        memcpy(s->common, name, n);
        s->length = n;
    }
    size_t same = 0;
    while (same < n && same < s->length && s->common[same] == name[same])
        same++;
    s->length = same;
}

static void visit(void *ctx, const char *name)
{
    visit_part(ctx, name, strlen(name));
}

static void each_file(struct search *s)
{
    struct cpio_reader reader;
    struct cpio_entry entry;

    archive_open(&reader);
    while (cpio_next(&reader, &entry) == CPIO_ENTRY)
        if (cpio_is_file(&entry))
            visit(s, entry.name);
}

static void each_bundle(struct search *s)
{
    struct cpio_reader reader;
    struct cpio_entry entry;
    char id[NAME_SIZE];

    archive_open(&reader);
    while (cpio_next(&reader, &entry) == CPIO_ENTRY) {
        size_t n = strlen(entry.name);
        if (n > 4 && strcmp(entry.name + n - 4, ".app") == 0)
            visit_part(s, entry.name, n - 4);
    }
    for (uint32_t i = 0; pkg_mgmt_get_package(i, id, sizeof(id)) == 0; i++)
        if (!is_builtin(id))
            visit(s, id);
}

static void each_component(struct search *s)
{
    char name[NAME_SIZE];
    uint8_t level;
    uint32_t lost;

    for (uint32_t i = 0; uart_log_source(i, name, sizeof(name), &level, &lost) == 0; i++)
        visit(s, name);
}

static bool is_letter_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static void visit_usage_word(struct search *s, const char *word, size_t n)
{
    if (n == 6 && memcmp(word, "BUNDLE", n) == 0)
        each_bundle(s);
    else if (n == 4 && memcmp(word, "FILE", n) == 0)
        each_file(s);
    else if (n == 9 && memcmp(word, "COMPONENT", n) == 0)
        each_component(s);
    else if (n == 7 && memcmp(word, "COMMAND", n) == 0)
        each_command(visit, s);
    else if (n > 0 && (word[0] < 'A' || word[0] > 'Z'))
        visit_part(s, word, n);
}

static void visit_usage(struct search *s, const char *usage)
{
    while (*usage != '\0') {
        size_t n = 0;
        while (is_letter_of_word(usage[n]))
            n++;
        visit_usage_word(s, usage, n);
        usage += n + (n == 0);
    }
}

/* All names that fit line[0..cursor); usage NULL: the command itself is being typed. */
static void visit_all(struct search *s, const char *usage)
{
    if (usage == NULL)
        each_command(visit, s);
    else
        visit_usage(s, usage);
}

static void list(struct lineedit *e, struct search *s, const char *usage, const char *prompt)
{
    s->print = true;
    console_puts("\n");
    visit_all(s, usage);
    console_puts("\n");
    console_puts(prompt);
    lineedit_redraw(e);
}

void complete(struct lineedit *e, const char *prompt)
{
    size_t start = 0, end, from = e->cursor;
    const char *usage = NULL;

    while (start < e->cursor && e->line[start] == ' ')
        start++;
    for (end = start; end < e->cursor && e->line[end] != ' '; end++)
        ;
    while (from > start && e->line[from - 1] != ' ')
        from--;
    if (end < e->cursor) {
        usage = command_usage(e->line + start, end - start);
        if (usage == NULL)
            usage = "";         /* no such command: nothing fits */
    }
    struct search s = {.typed = e->line + from, .typed_length = e->cursor - from};
    visit_all(&s, usage);
    if (s.count == 0)
        console_puts("\a");
    else if (s.length > s.typed_length || s.count == 1)
        lineedit_insert(e, s.common + s.typed_length, s.length - s.typed_length);
    else
        list(e, &s, usage, prompt);
    if (s.count == 1)
        lineedit_insert(e, " ", 1);
}
