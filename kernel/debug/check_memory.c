// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Memory: objects do not overlap, are aligned, lie in the memory of their kind and below the high-water mark of the untyped they come from;
// what lies above the mark is zero (pspace_aligned, pspace_distinct, pspace_respects_device_region, untyped_inc).
#include <debug/check.h>

#include <arch.h>
#include <debug/debug.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
// The rest of an untyped is only looked at if it is not larger than this.
#define ZERO_CHECK_BYTES BIT(14)

struct extent {
    word_t base, bits;
    bool untyped;
};
static struct extent extents[2 * CHECK_MAX_CAPS];
static word_t extent_count;

static void add_extent(word_t base, word_t bits, bool untyped)
{
    kassert(extent_count < sizeof extents / sizeof *extents);
    kassert((base & MASK(bits)) == 0);
    extents[extent_count++] = (struct extent){base, bits, untyped};
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
            struct extent e = extents[i];
            word_t j = i;
            for (; j >= gap && comes_before(&e, &extents[j - gap]); j -= gap)
                extents[j] = extents[j - gap];
            extents[j] = e;
        }
    }
}

// Two extents of powers of two, aligned, are disjoint or nested: only untyped memory may hold something else.
static void check_nesting(void)
{
    word_t object_end = 0;
    for (word_t i = 0; i < extent_count; i++) {
        kassert(i == 0 || extents[i].base >= object_end);
        if (!extents[i].untyped)
            object_end = extents[i].base + BIT(extents[i].bits);
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
    for (word_t i = 0; i < (size - free) / sizeof *p; i++)
        kassert(p[i] == 0);
}

static void check_untyped(word_t position)
{
    const struct checked_cap *u = &checked_caps[position];
    cap_t cap = u->slot->cap;
    word_t base = untyped_cap_base(cap), bits = untyped_cap_size_bits(cap), free = untyped_cap_free(cap);
    kassert(bits >= seL4_MinUntypedBits && bits <= seL4_MaxUntypedBits && free <= BIT(bits));
    kassert(in_ram(base, bits) != untyped_cap_device(cap));
    for (word_t i = position + 1; i < u->end; i++) {
        struct cap_extent e = cap_extent(checked_caps[i].slot->cap);
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
        add_extent(checked_objects[i].base, checked_objects[i].bits, false);
        check_kind(&checked_objects[i]);
    }
    for (word_t i = 0; i < checked_cap_count; i++) {
        cap_t cap = checked_caps[i].slot->cap;
        if (cap_is_untyped(cap)) {
            add_extent(untyped_cap_base(cap), untyped_cap_size_bits(cap), true);
            check_untyped(i);
        }
    }
    sort_extents();
    check_nesting();
}
#endif
