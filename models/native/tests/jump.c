/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Jumps outside of its text. */
#include <stdint.h>

#include "model.h"

int model_main(void)
{
    return ((int (*)(void))(uintptr_t)0x80010000u)();
}
