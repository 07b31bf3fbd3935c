/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The firmware's variables, file by file, so that a test can take them away as a restart does, or keep them aside. memory_*.c are the files of the
 * firmware with a list each of what they have: the firmware itself has no use for one. */
#include <stdbool.h>
#include <stddef.h>

struct memory {
    void *at;
    size_t n;
    bool kept;      /* survives a restart of the firmware, but not the power */
};
extern const struct memory memory_of_storage[], memory_of_install[], memory_of_image[];    /* each ends with n == 0 */

void memory_clear(bool power_off);
/* Nothing but a copy; there is one. */
void memory_save(void);
void memory_restore(void);
