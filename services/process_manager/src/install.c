/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "install.h"
#include "bundles.h"
#include <stddef.h>
#include <string.h>

static struct session {
    bool open;
    uint32_t number;
    char name[BUNDLE_NAME_MAX + 1];
} sessions[MAX_SESSIONS];

static struct session *find(bool open, uint32_t number)
{
    for (unsigned i = 0; i < MAX_SESSIONS; i++)
        if (sessions[i].open == open && (!open || sessions[i].number == number))
            return &sessions[i];
    return NULL;
}

bool session_free(void)
{
    return find(false, 0) != NULL;
}

bool session_add(uint32_t session, const char *name)
{
    struct session *s = find(false, 0);
    if (s == NULL)
        return false;
    *s = (struct session){ .open = true, .number = session };
    memcpy(s->name, name, strnlen(name, BUNDLE_NAME_MAX));
    return true;
}

const char *session_name(uint32_t session)
{
    const struct session *s = find(true, session);
    return s != NULL ? s->name : NULL;
}

void session_remove(uint32_t session)
{
    struct session *s = find(true, session);
    if (s != NULL)
        s->open = false;
}
