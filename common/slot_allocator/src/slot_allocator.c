/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/slot_allocator.h>

static bool is_used(const struct slot_allocator *a, unsigned i) { return a->bitmap[i / 32] >> i % 32 & 1u; }

/* True when n slots from index i on are all used (or all free). */
static bool all(const struct slot_allocator *a, unsigned i, unsigned n, bool in_use)
{
    for (; n; n--, i++) {
        if (is_used(a, i) != in_use) {
            return false;
        }
    }
    return true;
}

static void flip(struct slot_allocator *a, unsigned i, unsigned n)
{
    for (; n; n--, i++) {
        a->bitmap[i / 32] ^= 1u << i % 32;
    }
}

/* Index of a range of slots; -1 when it is empty or not inside. */
static int index_of(const struct slot_allocator *a, unsigned slot, unsigned n)
{
    unsigned i = slot - a->first;
    return n && slot >= a->first && i < a->count && n <= a->count - i ? (int)i : -1;
}

void slot_allocator_init(struct slot_allocator *a, uint32_t *bitmap, uint16_t first, uint16_t count)
{
    *a = (struct slot_allocator){ .bitmap = bitmap, .first = first, .count = count };
    for (unsigned i = 0; i < SLOT_BITMAP_WORDS(count); i++) {
        bitmap[i] = 0;
    }
}

uint16_t slot_alloc(struct slot_allocator *a, uint16_t n)
{
    unsigned run = 0;
    for (unsigned i = 0; i < a->count && n; i++) {
        run = is_used(a, i) ? 0 : run + 1;
        if (run == n) {
            uint16_t slot = (uint16_t)(a->first + i + 1 - n);
            (void)slot_reserve(a, slot, n);
            return slot;
        }
    }
    return 0;
}

bool slot_reserve(struct slot_allocator *a, uint16_t slot, uint16_t n)
{
    int i = index_of(a, slot, n);
    if (i < 0 || !all(a, (unsigned)i, n, false)) {
        return false;
    }
    flip(a, (unsigned)i, n);
    a->used = (uint16_t)(a->used + n);
    return true;
}

bool slot_free(struct slot_allocator *a, uint16_t slot, uint16_t n)
{
    int i = index_of(a, slot, n);
    if (i < 0 || !all(a, (unsigned)i, n, true)) {
        return false;
    }
    flip(a, (unsigned)i, n);
    a->used = (uint16_t)(a->used - n);
    return true;
}
