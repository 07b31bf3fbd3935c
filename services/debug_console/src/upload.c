/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <kata/crc32.h>
#include <security_coordinator.h>

enum { PROCESS_BUNDLE_ID_INVALID = 1, CHUNK = 2048 };

/* Bytes of a name in front of a suffix; all of them if it does not end so. */
static size_t without(const char *name, const char *suffix)
{
    size_t n = strlen(name), s = strlen(suffix);

    return n > s && strcmp(name + n - s, suffix) == 0 ? n - s : n;
}

/* "dir/hello.app" -> "hello"; false when it does not fit. */
static bool bundle_id(const char *file_name, char id[NAME_SIZE], char model[NAME_SIZE])
{
    const char *slash = strrchr(file_name, '/');
    const char *base = slash == NULL ? file_name : slash + 1;
    bool is_model = without(base, ".model") < strlen(base);
    size_t n = without(base, is_model ? ".model" : ".app");

    if (n == 0 || n >= NAME_SIZE)
        return false;
    memcpy(id, base, n);
    id[n] = '\0';
    memcpy(model, is_model ? id : "", is_model ? n + 1 : 1);
    return true;
}

static bool is_model(const struct upload *u)
{
    return u->model[0] != '\0';
}

const char *upload_error(const struct upload *u)
{
    return is_model(u) ? security_error(u->error) : process_error(u->error);
}

bool upload_begin(struct upload *u, const char *file_name, uint32_t size)
{
    u->announced = size;
    if (!u->discard && !bundle_id(file_name, u->id, u->model)) {
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
    u->error = is_model(u) ? security_install_begin(SECURITY_MODEL, u->id, u->model, u->announced, &u->session)
                           : pkg_mgmt_install_begin(u->id, u->announced, &u->session);
    u->open = u->error == 0;
    return u->open;
}

/* In pieces: the interface takes at most a page at a time. */
static int send_data(const struct upload *u, const uint8_t *bytes, size_t n)
{
    int error = 0;

    while (n > 0 && error == 0) {
        size_t part = n < CHUNK ? n : CHUNK;
        error = is_model(u) ? security_install_data(u->session, bytes, part) : pkg_mgmt_install_data(u->session, bytes, part);
        bytes += part;
        n -= part;
    }
    return error;
}

bool upload_data(struct upload *u, const uint8_t *bytes, size_t n)
{
    if (!u->discard)
        u->error = send_data(u, bytes, n);
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
    if (is_model(u)) {
        memcpy(id, u->id, NAME_SIZE);
        u->error = security_install_end(u->session);
    } else {
        u->error = pkg_mgmt_install_end(u->session, id, NAME_SIZE);
    }
    return u->error == 0;
}

void upload_abort(struct upload *u)
{
    if (u->open && is_model(u))
        (void)security_install_abort(u->session);
    else if (u->open)
        (void)pkg_mgmt_install_abort(u->session);
    u->open = false;
}
