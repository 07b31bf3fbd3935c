/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Memory, slots and address spaces. Two initial untypeds are used: the largest one for the tests (revoked after each of
 * them) and another one for what the kit itself keeps.
 */
#include "internal.h"

#define KIT_UNTYPED_MIN_BITS 14

seL4_BootInfo *boot_info;
word_t test_untyped, test_untyped_bits;
bool kit_permanent;

static word_t kit_untyped;
static word_t next_slot, first_test_slot;

static word_t largest_untyped_except(word_t other)
{
    word_t best = 0, best_bits = 0;
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        if (!d->isDevice && d->sizeBits > best_bits && boot_info->untyped.start + i != other) {
            best = boot_info->untyped.start + i;
            best_bits = d->sizeBits;
        }
    }
    return best;
}

void kit_world_init(seL4_BootInfo *info)
{
    boot_info = info;
    next_slot = info->empty.start;
    test_untyped = largest_untyped_except(0);
    test_untyped_bits = info->untypedList[test_untyped - info->untyped.start].sizeBits;
    kit_untyped = largest_untyped_except(test_untyped);
    kit_permanent = true;
}

/* Called at the end of initialisation too: from then on slots are a test's. */
void kit_world_clean(void)
{
    if (kit_permanent) {
        kit_permanent = false;
        first_test_slot = next_slot;
        return;
    }
    cnode_revoke(test_untyped);
    while (next_slot > first_test_slot) cnode_delete(--next_slot);
}

word_t slots_new(unsigned n)
{
    word_t first = next_slot;
    if (first + n > boot_info->empty.end) fail(__FILE__, __LINE__, "free slots", first + n, boot_info->empty.end);
    next_slot += n;
    return first;
}

word_t object_new(word_t type, word_t size_bits)
{
    word_t slot = slot_new();
    EXPECT_OK(untyped_retype(kit_permanent ? kit_untyped : test_untyped, type, size_bits, ROOT_CNODE, 0, 0, slot, 1));
    return slot;
}

word_t mint_new(word_t src, word_t rights, word_t badge)
{
    word_t slot = slot_new();
    EXPECT_OK(cnode_mint(slot, src, rights, badge));
    return slot;
}

word_t copy_new(word_t src, word_t rights)
{
    word_t slot = slot_new();
    EXPECT_OK(cnode_copy(slot, src, rights));
    return slot;
}

word_t image_frame(const void *address)
{
    return boot_info->userImageFrames.start + ((word_t)address - (word_t)image_start) / PAGE_SIZE;
}

/* Device memory that lies beside what the kit itself has taken, and came with it out of the initial untypeds. */
struct region {
    word_t untyped, base, bits;
};
#define MAX_SPARE 48
static struct region spare[MAX_SPARE];
static unsigned spares;

static bool covers(const struct region *r, word_t pa) { return pa - r->base < (word_t)1 << r->bits; }

static struct region device_region_at(word_t pa)
{
    for (unsigned i = 0; i < spares; i++)
        if (covers(&spare[i], pa)) return spare[i];
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        struct region r = {boot_info->untyped.start + i, d->paddr, d->sizeBits};
        if (d->isDevice && covers(&r, pa)) return r;
    }
    return (struct region){0, 0, 0};
}

/* Halves the untyped until it has the frame's size, going each time into the half that holds PA. */
word_t device_frame(word_t pa, word_t size_bits)
{
    struct region r = device_region_at(pa);
    if (r.bits < size_bits) return 0;
    while (r.bits > size_bits) {
        r.bits--;
        word_t halves = slots_new(2), upper = (pa - r.base) >> r.bits;
        if (untyped_retype(r.untyped, seL4_UntypedObject, r.bits, ROOT_CNODE, 0, 0, halves, 2) != seL4_NoError) return 0;
        if (kit_permanent && spares < MAX_SPARE)
            spare[spares++] = (struct region){halves + !upper, r.base + ((word_t)!upper << r.bits), r.bits};
        r.base += upper << r.bits;
        r.untyped = halves + upper;
    }
    word_t frame = slot_new();
    word_t type = size_bits == 12 ? seL4_RISCV_4K_Page : seL4_RISCV_Mega_Page;
#if IS_64BIT
    if (size_bits == seL4_HugePageBits) type = seL4_RISCV_Giga_Page;
#endif
    return untyped_retype(r.untyped, type, 0, ROOT_CNODE, 0, 0, frame, 1) == seL4_NoError ? frame : 0;
}

word_t vspace_new(void)
{
    word_t vspace = table_new();
    EXPECT_OK(asid_assign(seL4_CapInitThreadASIDPool, vspace));
    return vspace;
}

void vspace_add_tables(word_t vspace, word_t vaddr)
{
    for (int level = 0; level < (IS_64BIT ? 2 : 1); level++) EXPECT_OK(table_map(table_new(), vspace, vaddr));
}

void vspace_add_image(word_t vspace)
{
    vspace_add_tables(vspace, (word_t)image_start);
    for (const char *page = image_start; page < image_end; page += PAGE_SIZE)
        EXPECT_OK(page_map(copy_new(image_frame(page), ALL_RIGHTS), vspace, (word_t)page, RIGHT_READ | RIGHT_WRITE, 0));
}

word_t vspace_with_image(void)
{
    word_t vspace = vspace_new();
    vspace_add_image(vspace);
    return vspace;
}

uint64_t now_ticks(void)
{
#if IS_64BIT
    word_t t;
    __asm__ volatile("csrr %0, time" : "=r"(t));
    return t;
#else
    word_t high, low, again;
    do {
        __asm__ volatile("csrr %0, timeh\n\tcsrr %1, time\n\tcsrr %2, timeh" : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
#endif
}

void spin_us(word_t us)
{
    uint64_t start = now_ticks();
    while (now_ticks() - start < (uint64_t)us * TICKS_PER_US) { }
}
