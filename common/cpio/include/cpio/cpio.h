/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Reader of a CPIO archive in memory ("newc" format, magic 070701 or 070702). Every field is checked against the
 * archive's end before it is used; nothing is written and nothing outside the archive is read, whatever it contains.
 */
#ifndef CPIO_CPIO_H
#define CPIO_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_reader {
    const uint8_t *base;
    size_t size;
    size_t at;          /* offset of the next header */
};

/* Points into the archive; valid as long as that. */
struct cpio_entry {
    const char *name;   /* NUL-terminated inside the archive */
    const uint8_t *data;
    uint32_t size;
    uint32_t mode;      /* file type and permissions as in stat(2) */
};

enum cpio_status {
    CPIO_ENTRY,         /* *entry is valid */
    CPIO_END,           /* the trailer was reached */
    CPIO_MALFORMED,     /* not an archive, damaged, or cut off before its trailer */
};

/** Starts at the first entry. base must be valid for size bytes as long as the reader and its entries are used. */
void cpio_open(struct cpio_reader *reader, const void *base, size_t size);

/** Reads the next entry. After CPIO_END or CPIO_MALFORMED the reader stays there. */
enum cpio_status cpio_next(struct cpio_reader *reader, struct cpio_entry *entry);

/** Finds an entry by name. @return CPIO_ENTRY, CPIO_END when there is none, CPIO_MALFORMED. */
enum cpio_status cpio_find(const void *base, size_t size, const char *name, struct cpio_entry *entry);

/** True for a regular file (not a directory, link or device). */
bool cpio_is_file(const struct cpio_entry *entry);

#endif
