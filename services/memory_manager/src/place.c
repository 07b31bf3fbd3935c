/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "place.h"

#include "buddy.h"
#include "kernel.h"
#include "memory_manager.h"

#include <kernel/gen_config.h>
#include <sel4/invocation_gen.h>

enum { RETYPE_MAX = CONFIG_RETYPE_FAN_OUT_LIMIT };      /* objects per Untyped_Retype */

/* Not __builtin_clz: that is a table in libgcc where the instruction set has no such instruction. */
static uint32_t log2_floor(uint32_t n)
{
    uint32_t log = 0;
    while (n >>= 1) {
        log++;
    }
    return log;
}

/*
 * Takes the next block: as large as what is left to place allows, so that the blocks add up to it; smaller ones when
 * memory is in pieces, but never smaller than the object to be placed.
 */
static int take_block(struct placement *p, uint32_t object_bits)
{
    uint32_t order = log2_floor(p->left);
    p->block = buddy_alloc(order, p->owner, p->lasting);
    p->pieced += p->block == BUDDY_NONE && order > object_bits;
    while (p->block == BUDDY_NONE && order > object_bits) {
        p->block = buddy_alloc(--order, p->owner, p->lasting);
    }
    if (p->block == BUDDY_NONE) {
        return MEMORY_ALLOC_FAILED;
    }
    p->room = 1u << order;
    p->left -= p->room;
    return MEMORY_SUCCESS;
}

static int create_error(int kernel_error)
{
    switch (kernel_error) {
    case seL4_NoError: return MEMORY_SUCCESS;
    case seL4_DeleteFirst:
    case seL4_RangeError:
    case seL4_FailedLookup: return MEMORY_OBJ_CAP_INVALID;
    default: return MEMORY_UNKNOWN_ERROR;
    }
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Places the last `count` objects of a request, whose first slot is `slot`. */
static int place(struct placement *p, uint32_t type, const struct object_shape *shape, uint32_t slot, uint32_t count)
{
    while (count) {
        int error = p->room ? MEMORY_SUCCESS : take_block(p, shape->bits);
        if (error) {
            return error;
        }
        uint32_t n = min_u32(min_u32(count, p->room >> shape->bits), RETYPE_MAX);
        error = create_error(kernel_create(buddy_slot(p->block), type, shape->size_bits, p->client, slot, n));
        if (error) {
            return error;
        }
        p->room -= n << shape->bits;
        slot += n;
        count -= n;
    }
    return MEMORY_SUCCESS;
}

/* Serves as many frames of a request as there are from the boot image's; *done counts them. */
static int place_frames(struct placement *p, const struct object_request *request, uint32_t *done)
{
    uint16_t block;
    while (*done < request->size && (block = buddy_alloc_frame(p->owner)) != BUDDY_NONE) {
        int error = create_error(kernel_lend_frame(buddy_slot(block), p->client, request->slot + *done));
        if (error) {
            return error;
        }
        p->left -= 1u << BUDDY_FRAME_ORDER;
        (*done)++;
    }
    return MEMORY_SUCCESS;
}

/* Frames of the boot image first: they must leave p->left before any block is sized by it. */
int place_all(struct placement *p, const struct object_request *requests, const struct object_shape *shapes, size_t n)
{
    uint16_t done[ALLOCATION_MAX_REQUESTS];
    uint32_t sizes = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t frames = 0;
        int error = requests[i].type == seL4_RISCV_4K_Page ? place_frames(p, &requests[i], &frames) : MEMORY_SUCCESS;
        if (error) {
            return error;
        }
        done[i] = (uint16_t)frames;
        sizes |= 1u << shapes[i].bits;
    }
    while (sizes) {
        uint32_t bits = log2_floor(sizes);
        sizes &= ~(1u << bits);
        for (size_t i = 0; i < n; i++) {
            if (shapes[i].bits == bits) {
                int error = place(p, requests[i].type, &shapes[i], requests[i].slot + done[i], shapes[i].count - done[i]);
                if (error) {
                    return error;
                }
            }
        }
    }
    return MEMORY_SUCCESS;
}
