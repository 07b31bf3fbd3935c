/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Physical memory at boot: a short ascending list of free regions, from which the root task's objects are taken and of which the
 * rest becomes untyped memory. */

#include <lib.h>

#include "boot.h"

extern char ki_boot_end[], ki_end[];

#define MAX_FREE 6u

static struct region free_ram[MAX_FREE] BOOT_DATA;
static word_t free_count BOOT_DATA;

/* Device regions of the platform, with their last byte, because the end may be 2^32. */
struct device_region {
    uint64_t start, last;
};
static const struct device_region device_regions[] __attribute__((section(".boot.rodata"))) = {PLATFORM_DEVICE_REGIONS};

BOOT_CODE static void insert_free(word_t at, struct region region)
{
    if (free_count == MAX_FREE)
        boot_fail("too many memory regions");
    for (word_t i = free_count++; i > at; i--)
        free_ram[i] = free_ram[i - 1];
    free_ram[at] = region;
}

/* Takes `used` out of the free regions; a region is cut, split or left empty. */
BOOT_CODE static void reserve(struct region used)
{
    for (word_t i = 0; i < free_count; i++) {
        struct region *r = &free_ram[i];
        if (used.start >= r->end || used.end <= r->start)
            continue;
        struct region above = {used.end, r->end};
        r->end = used.start > r->start ? used.start : r->start;
        if (above.start < above.end)
            insert_free(i + 1, above);
    }
}

/* What the loader placed must be where the kernel can reach it. */
BOOT_CODE static void check_in_ram(struct region r)
{
    if (r.start > r.end || r.start < RAM_BASE || r.end > RAM_END)
        boot_fail("user image or device tree outside RAM");
}

BOOT_CODE void boot_memory_init(const struct loader_info *loader)
{
    const struct region kernel = {KERNEL_PADDR, arch_image_physical(ki_end)};

    insert_free(0, (struct region){RAM_BASE, RAM_END});
    reserve(kernel);
    check_in_ram(loader->image);
    reserve(loader->image);
    if (loader->dtb.start != loader->dtb.end) {
        check_in_ram(loader->dtb);
        reserve(loader->dtb);
    }
}

BOOT_CODE void *boot_memory_alloc(word_t bytes, word_t align_bits)
{
    for (word_t i = free_count; i-- > 0;) {
        struct region r = free_ram[i];
        word_t start = (r.end - bytes) & ~MASK(align_bits);
        if (r.end - r.start >= bytes && start >= r.start) {
            reserve((struct region){start, start + bytes});
            return arch_kernel_pointer(start);
        }
    }
    boot_fail("no room for the root task's objects");
}

BOOT_CODE static void add_untyped(struct root_task *root, word_t paddr, word_t bits, bool device)
{
    word_t n = root->next_slot - root->info->untyped.start;

    if (n >= CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS)
        return; /* surplus untypeds are dropped (12.5) */
    if (!boot_provide_cap(root, untyped_cap(paddr, BIT(bits), device, bits)))
        return;
    root->info->untyped_list[n] = (struct untyped_desc){.paddr = paddr, .size_bits = (uint8_t)bits, .is_device = device};
}

/* Cuts a region greedily from its low end into the largest aligned powers of two. Blocks too small for an untyped are lost. */
BOOT_CODE static void add_untypeds(struct root_task *root, word_t start, word_t bytes, bool device)
{
    while (bytes != 0) {
        word_t bits = highest_bit(bytes);
        word_t aligned = start == 0 ? seL4_MaxUntypedBits : highest_bit(start & -start);
        if (bits > aligned)
            bits = aligned;
        if (bits > seL4_MaxUntypedBits)
            bits = seL4_MaxUntypedBits;
        if (bits >= seL4_MinUntypedBits)
            add_untyped(root, start, bits, device);
        start += BIT(bits);
        bytes -= BIT(bits);
    }
}

BOOT_CODE void boot_make_untypeds(struct root_task *root)
{
    const word_t boot_end = arch_image_physical(ki_boot_end);

    root->info->untyped.start = root->next_slot;
    for (word_t i = 0; i < sizeof device_regions / sizeof *device_regions; i++) {
        const struct device_region *d = &device_regions[i];
        add_untypeds(root, (word_t)d->start, (word_t)(d->last - d->start + 1), true);
    }
    add_untypeds(root, KERNEL_PADDR, boot_end - KERNEL_PADDR, false);
    for (word_t i = 0; i < free_count; i++)
        add_untypeds(root, free_ram[i].start, free_ram[i].end - free_ram[i].start, false);
    root->info->untyped.end = root->next_slot;
}
