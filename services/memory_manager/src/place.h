/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "objects.h"

#include <stdbool.h>

/*
 * Placing objects: largest first into blocks whose sizes add up to exactly the sum of the objects' sizes. All sizes are powers
 * of two, so nothing is lost to alignment and "allocated" equals "requested" to the byte.
 */

struct placement {
    uint16_t owner;     /* of the blocks */
    uint16_t block;     /* the newest */
    uint32_t client;
    bool lasting;
    uint32_t left;      /* bytes of objects that have no block yet: at first the sum of all */
    uint32_t room;      /* bytes left in the newest block */
    uint32_t pieced;    /* out: times there was no block of the best size */
};

/* Creates all objects in the client's CNode. Returns a memory_manager_error; after one, some of them exist in blocks of the
 * owner, which the caller releases. */
int place_all(struct placement *p, const struct object_request *requests, const struct object_shape *shapes, size_t n);
