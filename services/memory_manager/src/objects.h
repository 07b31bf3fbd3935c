/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "allocation.h"

/* What a request means in the kernel's terms. */
struct object_shape {
    uint8_t bits;       /* log2 of the bytes of one object */
    uint8_t size_bits;  /* argument of Untyped_Retype */
    uint16_t count;
};

/* Checks a request and works out its shape. Returns a memory_manager_error. */
int object_shape(const struct object_request *request, struct object_shape *shape);
