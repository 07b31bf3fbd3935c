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

bool archive_find(const char *name, struct cpio_entry *entry)
{
    char with_suffix[NAME_SIZE + 4];
    enum cpio_status status = cpio_find(archive(), cpio_archive_SIZE, name, entry);

    if (status == CPIO_END && strlen(name) < NAME_SIZE) {
        snprintf(with_suffix, sizeof(with_suffix), "%s.app", name);
        status = cpio_find(archive(), cpio_archive_SIZE, with_suffix, entry);
    }
    if (status == CPIO_ENTRY)
        return true;
    if (status == CPIO_END)
        console_printf("%s: not found\n", name);
    else
        console_puts("cpio error\n");
    return false;
}
