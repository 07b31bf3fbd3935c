/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The archive of built-in bundles. */
#include "target.h"
#include <cpio/cpio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *archive = malloc(size + (size == 0));
    struct cpio_reader reader;
    struct cpio_entry entry, found;
    enum cpio_status status;
    unsigned n = 0;
    memcpy(archive, data, size);
    cpio_open(&reader, archive, size);
    while ((status = cpio_next(&reader, &entry)) == CPIO_ENTRY) {
        REQUIRE(n++ <= size / 110);
        REQUIRE((const uint8_t *)entry.name >= archive && (const uint8_t *)entry.name + strlen(entry.name) < archive + size);
        REQUIRE(entry.data >= archive && entry.data <= archive + size && entry.size <= (size_t)(archive + size - entry.data));
        REQUIRE(cpio_find(archive, size, entry.name, &found) == CPIO_ENTRY && strcmp(found.name, entry.name) == 0);
        (void)cpio_is_file(&entry);
    }
    REQUIRE(cpio_next(&reader, &entry) == status);
    free(archive);
    return 0;
}
