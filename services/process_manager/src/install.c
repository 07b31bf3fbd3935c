/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "install.h"
#include "bundles.h"
#include <camkes/persistent.h>
#include <stddef.h>
#include <string.h>

static CAMKES_PERSISTENT struct {
    bool open;
    uint32_t number;
    uint32_t size;          /* until the first data have come, then 0 */
    char name[BUNDLE_NAME_MAX + 1];
} current;

void session_open(uint32_t session, const char *name, uint32_t size)
{
    current.open = false;
    current.number = session;
    current.size = size;
    memset(current.name, 0, sizeof current.name);
    memcpy(current.name, name, strnlen(name, BUNDLE_NAME_MAX));
    camkes_in_order();
    current.open = true;
}

uint32_t session_first(void)
{
    uint32_t size = current.size;
    current.size = 0;
    return size;
}

const char *session_name(uint32_t session)
{
    return current.open && current.number == session ? current.name : NULL;
}

void session_close(uint32_t session)
{
    if (current.number == session)
        current.open = false;
}

bool session_left(uint32_t *session)
{
    bool left = current.open;
    *session = current.number;
    current.open = false;
    return left;
}
