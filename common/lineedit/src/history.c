/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <lineedit/lineedit.h>

#include <string.h>

static bool is_blank(const char *line)
{
    while (*line == ' ')
        line++;
    return *line == '\0';
}

const char *lineedit_history_get(const struct lineedit_history *h, unsigned n)
{
    const char *line = h->bytes;

    if (n == 0 || n > h->count)
        return NULL;
    while (--n > 0)
        line += strlen(line) + 1;
    return line;
}

/* Forgets the oldest line. */
static void drop_oldest(struct lineedit_history *h)
{
    h->used = (uint16_t)(lineedit_history_get(h, h->count) - h->bytes);
    h->count--;
}

void lineedit_history_add(struct lineedit_history *h, const char *line)
{
    size_t size = strlen(line) + 1;

    if (is_blank(line) || size > sizeof(h->bytes) || (h->count > 0 && strcmp(h->bytes, line) == 0))
        return;
    while (h->count == LINEEDIT_HISTORY_LINES || h->used + size > sizeof(h->bytes))
        drop_oldest(h);
    memmove(h->bytes + size, h->bytes, h->used);
    memcpy(h->bytes, line, size);
    h->used = (uint16_t)(h->used + size);
    h->count++;
}
