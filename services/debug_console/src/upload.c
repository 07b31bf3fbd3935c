/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <kata/crc32.h>

enum { PROCESS_BUNDLE_ID_INVALID = 1, CHUNK = 2048 };

/* "dir/hello.app" -> "hello"; false when it does not fit. */
static bool bundle_id(const char *file_name, char id[NAME_SIZE])
{
    static const char suffix[] = ".app";
    const char *slash = strrchr(file_name, '/');
    const char *base = slash == NULL ? file_name : slash + 1;
    size_t n = strlen(base);

    if (n >= sizeof(suffix) && strcmp(base + n - (sizeof(suffix) - 1), suffix) == 0)
        n -= sizeof(suffix) - 1;
    if (n == 0 || n >= NAME_SIZE)
        return false;
    memcpy(id, base, n);
    id[n] = '\0';
    return true;
}

bool upload_begin(struct upload *u, const char *file_name, uint32_t size)
{
    u->announced = size;
    if (!u->discard && !bundle_id(file_name, u->id)) {
        u->error = PROCESS_BUNDLE_ID_INVALID;
        return false;
    }
    return upload_restart(u);
}

bool upload_restart(struct upload *u)
{
    upload_abort(u);
    u->size = u->crc = 0;
    if (u->discard)
        return true;
    u->error = pkg_mgmt_install_begin(u->id, u->announced, &u->session);
    u->open = u->error == 0;
    return u->open;
}

/* In pieces: the interface takes at most a page at a time. */
static int send_data(uint32_t session, const uint8_t *bytes, size_t n)
{
    int error = 0;

    while (n > 0 && error == 0) {
        size_t part = n < CHUNK ? n : CHUNK;
        error = pkg_mgmt_install_data(session, bytes, part);
        bytes += part;
        n -= part;
    }
    return error;
}

bool upload_data(struct upload *u, const uint8_t *bytes, size_t n)
{
    if (!u->discard)
        u->error = send_data(u->session, bytes, n);
    u->crc = crc32_update(u->crc, bytes, n);
    u->size += n;
    return u->error == 0;
}

bool upload_file(struct upload *u, const struct cpio_entry *file)
{
    return upload_begin(u, file->name, file->size) && upload_data(u, file->data, file->size);
}

bool upload_end(struct upload *u, char id[NAME_SIZE])
{
    u->open = false;        /* in either case: see package.idl4 */
    u->error = pkg_mgmt_install_end(u->session, id, NAME_SIZE);
    return u->error == 0;
}

void upload_abort(struct upload *u)
{
    if (u->open)
        (void)pkg_mgmt_install_abort(u->session);
    u->open = false;
}
