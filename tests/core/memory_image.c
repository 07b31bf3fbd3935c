/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "../../firmware/security_core/package/image.c"
#include "memory.h"

const struct memory memory_of_image[] = {
    { &found, sizeof found, false },
    { NULL, 0, false },
};
