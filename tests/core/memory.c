/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct memory *const lists[] = { memory_of_storage, memory_of_install, memory_of_image };
enum { LISTS = sizeof lists / sizeof *lists };

static uint8_t saved[1 << 18];

void memory_clear(bool power_off)
{
    for (unsigned i = 0; i < LISTS; i++)
        for (const struct memory *m = lists[i]; m->n > 0; m++)
            if (power_off || !m->kept)
                memset(m->at, 0, m->n);
}

static void copy(bool restore)
{
    size_t n = 0;
    for (unsigned i = 0; i < LISTS; i++) {
        for (const struct memory *m = lists[i]; m->n > 0; n += m->n, m++) {
            if (m->n > sizeof saved - n)
                abort();
            memcpy(restore ? m->at : saved + n, restore ? saved + n : m->at, m->n);
        }
    }
}

void memory_save(void)
{
    copy(false);
}

void memory_restore(void)
{
    copy(true);
}
