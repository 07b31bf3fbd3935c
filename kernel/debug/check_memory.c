// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Memory: objects do not overlap, are aligned, lie in the memory of their kind and below the high-water mark of the untyped they come from;
// what lies above the mark is zero; all of it is revoked with that untyped (pspace_aligned, pspace_distinct, pspace_respects_device_region, untyped_inc).
#include <debug/check.h>

#include <arch.h>
#include <debug/debug.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
// The rest of an untyped is only looked at if it is not larger than this.
#define ZERO_CHECK_BYTES BIT(14)
#define STEP_WORDS (BIT(seL4_MinUntypedBits) / sizeof(word_t)) /* 4 or 2 */

// An object or an untyped capability. Its capabilities are at the positions from `first` to before `end`; an untyped's descendants before
// `below`.
struct extent {
    word_t base, bits;
    word_t first, end, below;
    bool untyped;
};
// Each object has a capability, so together they are not more than these.
static struct extent extents[CHECK_MAX_CAPS];
static const struct extent *sorted[CHECK_MAX_CAPS], *around[CHECK_MAX_CAPS];
static word_t extent_count;

static void add_extent(struct extent e)
{
    kassert(extent_count < CHECK_MAX_CAPS);
    kassert((e.base & MASK(e.bits)) == 0);
    extents[extent_count] = e;
    sorted[extent_count] = &extents[extent_count];
    extent_count++;
}

// Ascending; of those that begin at the same place the larger first, untyped before the object that fills it.
static bool comes_before(const struct extent *a, const struct extent *b)
{
    if (a->base != b->base)
        return a->base < b->base;
    return a->bits != b->bits ? a->bits > b->bits : a->untyped && !b->untyped;
}

static void sort_extents(void)
{
    static const word_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    for (word_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
        word_t gap = gaps[g];
        for (word_t i = gap; i < extent_count; i++) {
            const struct extent *e = sorted[i];
            word_t j = i;
            for (; j >= gap && comes_before(e, sorted[j - gap]); j -= gap)
                sorted[j] = sorted[j - gap];
            sorted[j] = e;
        }
    }
}

// Whatever lies in an untyped's memory is revoked with it; of two capabilities to the same untyped memory one descends from the other.
static void check_covers(const struct extent *u, const struct extent *e)
{
    if (likely(e->first > u->first && e->end <= u->below))
        return;
    kassert(e->untyped && e->bits == u->bits && u->first > e->first && u->first < e->below);
}

// Two extents of powers of two, aligned, are disjoint or nested: only untyped memory may hold something else.
static void check_nesting(void)
{
    word_t object_end = 0, depth = 0;
    for (word_t i = 0; i < extent_count; i++) {
        const struct extent *e = sorted[i];
        kassert(i == 0 || e->base >= object_end);
        while (depth > 0 && e->base - around[depth - 1]->base > MASK(around[depth - 1]->bits))
            depth--;
        for (word_t n = 0; n < depth; n++)
            check_covers(around[n], e);
        if (e->untyped)
            around[depth++] = e;
        else
            object_end = e->base + BIT(e->bits);
    }
}

static bool in_ram(word_t base, word_t bits)
{
    return base >= (word_t)RAM_BASE && base + MASK(bits) < (word_t)RAM_END;
}

// Kernel objects and ordinary frames are in RAM, device frames are not.
static void check_kind(const struct checked_object *o)
{
    bool device = cap_is_frame(o->cap) && frame_cap_device(o->cap);
    kassert(in_ram(o->base, o->bits) != device);
}

static void check_rest_is_zero(cap_t cap)
{
    word_t size = BIT(untyped_cap_size_bits(cap)), free = untyped_cap_free(cap);
    if (size > ZERO_CHECK_BYTES || untyped_cap_device(cap))
        return;
    const word_t *p = arch_kernel_pointer(untyped_cap_base(cap) + free);
    // Steps of the smallest untyped size: several words at once.
    for (const word_t *end = p + (size - free) / sizeof *p; p < end; p += STEP_WORDS)
        kassert((p[0] | p[1] | p[STEP_WORDS - 2] | p[STEP_WORDS - 1]) == 0);
}

static void check_untyped(word_t position)
{
    const struct checked_cap *u = &checked_caps[position];
    cap_t cap = u->slot->cap;
    word_t base = untyped_cap_base(cap), bits = untyped_cap_size_bits(cap), free = untyped_cap_free(cap);
    kassert(bits >= seL4_MinUntypedBits && bits <= seL4_MaxUntypedBits && free <= BIT(bits));
    kassert(in_ram(base, bits) != untyped_cap_device(cap));
    for (word_t i = position + 1; i < u->end; i++) {
        struct cap_extent e = checked_caps[i].extent;
        kassert(e.base + MASK(e.bits) - base < free);
        kassert(!cap_is_untyped(checked_caps[i].slot->cap) ||
                untyped_cap_device(checked_caps[i].slot->cap) == untyped_cap_device(cap));
    }
    check_rest_is_zero(cap);
}

void check_memory(void)
{
    extent_count = 0;
    for (word_t i = 0; i < checked_object_count; i++) {
        const struct checked_object *o = &checked_objects[i];
        add_extent((struct extent){.base = o->base, .bits = o->bits, .first = o->first, .end = o->end});
        check_kind(o);
    }
    for (word_t i = 0; i < checked_cap_count; i++) {
        const struct checked_cap *c = &checked_caps[i];
        if (!cap_is_untyped(c->slot->cap))
            continue;
        add_extent((struct extent){c->extent.base, c->extent.bits, i, i + 1, c->end, true});
        check_untyped(i);
    }
    sort_extents();
    check_nesting();
}
#endif
