/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

#include <stdio.h>
#include <string.h>

#include <cpio/cpio.h>

/* The archive is loaded before the system starts and nobody writes to it: it need not be read as volatile. */
static const void *archive(void)
{
    return (const void *)(uintptr_t)cpio_archive;
}

void archive_open(struct cpio_reader *reader)
{
    cpio_open(reader, archive(), cpio_archive_SIZE);
}

static enum cpio_status lookup(const char *name, struct cpio_entry *entry)
{
    return cpio_find(archive(), cpio_archive_SIZE, name, entry);
}

bool archive_lookup(const char *name, struct cpio_entry *entry)
{
    return lookup(name, entry) == CPIO_ENTRY;
}

bool is_builtin(const char *id)
{
    struct cpio_entry entry;
    char name[NAME_SIZE + 4];

    snprintf(name, sizeof(name), "%s.app", id);
    return archive_lookup(name, &entry);
}

bool archive_find(const char *name, struct cpio_entry *entry)
{
    char with_suffix[NAME_SIZE + 4];
    enum cpio_status status = lookup(name, entry);

    if (status == CPIO_END && strlen(name) < NAME_SIZE) {
        snprintf(with_suffix, sizeof(with_suffix), "%s.app", name);
        status = lookup(with_suffix, entry);
    }
    if (status == CPIO_ENTRY)
        return true;
    if (status == CPIO_END)
        console_printf("%s: not found\n", name);
    else
        console_puts("cpio error\n");
    return false;
}
