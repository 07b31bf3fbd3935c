/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <cpio/cpio.h>

#include <string.h>

/* newc: a magic of 6 characters, then 13 fields of 8 hexadecimal digits; name and data are padded to 4 bytes. */
enum {
    HEADER_LENGTH = 110,
    MAGIC_LENGTH = 6,
    FIELD_LENGTH = 8,
    FIELD_MODE = 1,
    FIELD_FILESIZE = 6,
    FIELD_NAMESIZE = 11,
    MODE_TYPE = 0170000,
    MODE_REGULAR = 0100000,
};

static const char trailer[] = "TRAILER!!!";

void cpio_open(struct cpio_reader *reader, const void *base, size_t size)
{
    *reader = (struct cpio_reader){.base = base, .size = size};
}

bool cpio_is_file(const struct cpio_entry *entry)
{
    return (entry->mode & MODE_TYPE) == MODE_REGULAR;
}

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_field(const uint8_t *header, unsigned field, uint32_t *value)
{
    const uint8_t *digits = header + MAGIC_LENGTH + field * FIELD_LENGTH;

    *value = 0;
    for (unsigned i = 0; i < FIELD_LENGTH; i++) {
        int digit = hex_value(digits[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* Moves *at behind n bytes and their padding; false when the n bytes are not all inside. What has no
 * room for its padding is cut off: the trailer is missing in any case. */
static bool skip(const struct cpio_reader *reader, size_t *at, uint32_t n)
{
    if (*at > reader->size || n > reader->size - *at)
        return false;
    *at += n;
    *at += -*at & 3;
    return *at <= reader->size;
}

static bool magic_ok(const uint8_t *header)
{
    return memcmp(header, "07070", MAGIC_LENGTH - 1) == 0 && (header[MAGIC_LENGTH - 1] == '1' || header[MAGIC_LENGTH - 1] == '2');
}

/* Fills *entry from the header at reader->at; *next becomes the offset behind the entry. */
static bool parse(const struct cpio_reader *reader, struct cpio_entry *entry, size_t *next)
{
    const uint8_t *header = reader->base + reader->at;
    uint32_t name_size;

    *next = reader->at;
    if (reader->size - reader->at < HEADER_LENGTH || !magic_ok(header))
        return false;
    if (!read_field(header, FIELD_MODE, &entry->mode) || !read_field(header, FIELD_FILESIZE, &entry->size) ||
        !read_field(header, FIELD_NAMESIZE, &name_size))
        return false;
    if (name_size == 0 || name_size > reader->size || !skip(reader, next, HEADER_LENGTH + name_size))
        return false;
    entry->name = (const char *)header + HEADER_LENGTH;
    if (entry->name[name_size - 1] != '\0')
        return false;
    entry->data = reader->base + *next;
    return entry->size == 0 || skip(reader, next, entry->size);
}

enum cpio_status cpio_next(struct cpio_reader *reader, struct cpio_entry *entry)
{
    size_t next;

    if (reader->at > reader->size || !parse(reader, entry, &next))
        return CPIO_MALFORMED;
    if (strcmp(entry->name, trailer) == 0)
        return CPIO_END;
    reader->at = next;
    return CPIO_ENTRY;
}

enum cpio_status cpio_find(const void *base, size_t size, const char *name, struct cpio_entry *entry)
{
    struct cpio_reader reader;
    enum cpio_status status;

    cpio_open(&reader, base, size);
    do {
        status = cpio_next(&reader, entry);
    } while (status == CPIO_ENTRY && strcmp(entry->name, name) != 0);
    return status;
}
