/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "memory_client.h"

#include "camkes.h"
#include "memory_manager.h"

#include <stdbool.h>

enum {
    TRIES = 6,          /* one more than the restarts per minute that the assembly allows */
    ROOM = memory_MAX_DATA / sizeof(uint32_t),
};

/* Whether MemoryManager may hold an allocation that this client does not know of. */
static bool in_doubt;

void memory_reconcile(void)
{
    uint32_t handles[ROOM];
    size_t n = memory_handles(handles, ROOM);
    in_doubt = memory_retain(handles, n) != MEMORY_SUCCESS;
}

int memory_get(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle)
{
    int error = -1;
    for (int tries = 0; error < 0 && tries < TRIES; tries++) {
        if (in_doubt) {
            memory_reconcile();
        }
        if (!in_doubt) {
            error = memory_alloc(objs, objs_n, lifetime, tag, handle);
            in_doubt = error < 0;
        }
    }
    return error;
}

int memory_give_back(uint32_t handle)
{
    int error = memory_free(handle);
    for (int tries = 1; error < 0 && tries < TRIES; tries++) {
        error = memory_free(handle);
        if (error == MEMORY_FREE_FAILED) {
            error = MEMORY_SUCCESS;     /* the call without an answer did it */
        }
    }
    in_doubt = in_doubt || error < 0;
    return error;
}
