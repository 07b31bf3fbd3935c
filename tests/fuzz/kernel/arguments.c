/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "arguments.h"

const struct typed_invocation typed_invocations[] = {
#include "fuzz_table.h"
};
const unsigned typed_invocation_count = sizeof typed_invocations / sizeof *typed_invocations;

static bool fits(word_t slot, word_t tag, word_t other_tag)
{
    word_t is = cap_tag(host_slot(ks.current, slot)->cap);
    return is == tag || (other_tag != 0 && is == other_tag);
}

word_t pick_cap(uint8_t byte, word_t tag, word_t other_tag)
{
    word_t count = 0;

    if (byte >= 0x80 || !cap_is_cnode(ks.current->slots[TCB_CSPACE].cap))
        return byte % WORLD_SLOTS;
    word_t slots = BIT(cnode_cap_radix(ks.current->slots[TCB_CSPACE].cap));
    for (word_t i = 0; i < slots; i++)
        count += fits(i, tag, other_tag);
    if (count == 0)
        return byte % WORLD_SLOTS;
    word_t wanted = byte % count;
    for (word_t i = 0;; i++)
        if (fits(i, tag, other_tag) && wanted-- == 0)
            return i;
}

/* The first of these are the usual ones. */
static const word_t depths[] = {64, 64, 64, 64, 64, 6, 6, 2, 58, 0, 65, 1, 63};
static const word_t node_depths[] = {0, 0, 0, 0, 64, 6, 2, 65};
static const word_t sizes[] = {4, 7, 1, 8, 2, 12, 0, 5, 10, 13, 21, 30, 38, 63};
static const word_t prios[] = {100, 110, 90, 0, 255, 99, 101, 256};
static const word_t times[] = {1000, 5000, 100, 20, 40, 10000, 20000, 1000000, 19, 0, 0x0333333333333333, 0x0333333333333334, ~0ul, 7};
static const word_t addresses[] = {WORLD_VADDR, WORLD_VADDR + 0x1000, WORLD_VADDR + 0x200000, 0, 0x10000, 0x200000, 0x80000000,
                                   0x3ffffff000, 0x3fffffe000, 0x40000000, 0x3fc0000000, WORLD_VADDR + 8, ~0ul, 0xffffffffc0000000};
static const word_t rights[] = {RIGHT_ALL, RIGHT_ALL, RIGHT_READ | RIGHT_WRITE, RIGHT_READ, RIGHT_WRITE, RIGHT_WRITE | RIGHT_GRANT_REPLY,
                                RIGHT_READ | RIGHT_GRANT, 0};
static const word_t badges[] = {0, 1, 2, 5, 6, 7, 0xfa, 2 | 1 << 6};
static const word_t counts[] = {1, 2, 3, 4, 1, 8, 0, 257};

#define PICK(table, byte) ((table)[(byte) % (sizeof(table) / sizeof *(table))])

static word_t pick_small(enum argument_kind kind, uint8_t byte)
{
    switch (kind) {
    case ARG_OBJECT_TYPE:
        return byte % (seL4_ObjectTypeCount + 1);
    case ARG_SLOT:
        return byte % WORLD_SLOTS;
    case ARG_FREE_SLOT:
        return byte < 0xc0 ? W_FREE + byte % (WORLD_SLOTS - W_FREE) : byte % WORLD_SLOTS;
    case ARG_REGISTERS:
        return byte % 35;
    case ARG_IRQ:
        return byte % (ARCH_TIMER_IRQ + 2);
    case ARG_DOMAIN:
        return byte < 0xc0 ? byte % 2 : byte % 5;
    case ARG_BUFFER:
        return (word_t)(byte % 6) * BIT(seL4_IPCBufferSizeBits) + byte / 128;
    default:
        return byte;
    }
}

word_t pick_word(enum argument_kind kind, uint8_t byte)
{
    switch (kind) {
    case ARG_SIZE_BITS:
        return PICK(sizes, byte);
    case ARG_NODE_DEPTH:
        return PICK(node_depths, byte);
    case ARG_DEPTH:
        return PICK(depths, byte);
    case ARG_COUNT:
        return PICK(counts, byte);
    case ARG_RIGHTS:
        return PICK(rights, byte);
    case ARG_BADGE:
        return PICK(badges, byte);
    case ARG_PRIO:
        return PICK(prios, byte);
    case ARG_TIME:
        return PICK(times, byte);
    case ARG_VADDR:
        return PICK(addresses, byte);
    default:
        return pick_small(kind, byte);
    }
}

ticks_t pick_ticks(uint8_t byte)
{
    static const ticks_t table[] = {0, 1, 10, 100, 150, 199, 200, 201, 1000, 5000, 10000, 50000, 100000, 1000000, 10000000, 1ull << 40};
    return PICK(table, byte);
}
