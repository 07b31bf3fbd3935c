/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 12.7: the untyped list and the place of the root task's objects that upstream's kernel gives, as observed there, for the
 * kernel that upstream's loader starts.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>
#include <platform_gen.h>

/* The observations are of upstream's default memory size (RAM=... builds another one). */
#if IS_64BIT
#define OBSERVED_RAM_END 0x140000000
#else
#define OBSERVED_RAM_END 0xFF800000
#endif

#if defined(CONFIG_BOOT_UPSTREAM) && RAM_END == OBSERVED_RAM_END
static const struct block {
    word_t paddr, bits;
} devices[] = {
    {0, 25},
#if IS_64BIT
    {0x2200000, 21}, {0x2400000, 22}, {0x2800000, 23}, {0x3000000, 24}, {0x4000000, 26}, {0x8000000, 26},
    {0xC600000, 21}, {0xC800000, 23}, {0xD000000, 24}, {0xE000000, 25}, {0x10000000, 28}, {0x20000000, 29}, {0x40000000, 30},
    {0x80000000, 21}, {0x140000000, 30}, {0x180000000, 31}, {0x200000000, 33}, {0x400000000, 34}, {0x800000000, 35},
    {0x1000000000, 36}, {0x2000000000, 37}, {0x4000000000, 38},
#else
    {0x2400000, 22}, {0x2800000, 23}, {0x3000000, 24}, {0x4000000, 26}, {0x8000000, 26},
    {0xC800000, 23}, {0xD000000, 24}, {0xE000000, 25}, {0x10000000, 28}, {0x20000000, 29}, {0x40000000, 29}, {0x60000000, 29},
    {0x80000000, 21}, {0xFF800000, 23},
#endif
};
#define CNODE_BYTES ((word_t)1 << (boot_info->initThreadCNodeSizeBits + seL4_SlotBits))
#define EXTRA_BIT(value) ((value) > PAGE_SIZE ? 2 * PAGE_SIZE : PAGE_SIZE)

static word_t untyped_count(void)
{
    return boot_info->untyped.end - boot_info->untyped.start;
}

TEST(boot, upstream_device_untypeds)
{
    for (word_t i = 0; i < ARRAY_LENGTH(devices); i++) {
        EXPECT(boot_info->untypedList[i].isDevice);
        EXPECT_EQ(boot_info->untypedList[i].paddr, devices[i].paddr);
        EXPECT_EQ(boot_info->untypedList[i].sizeBits, devices[i].bits);
    }
    EXPECT(!boot_info->untypedList[ARRAY_LENGTH(devices)].isDevice);
}

TEST(boot, upstream_ram_starts_with_the_kernels_boot_part)
{
    word_t i = ARRAY_LENGTH(devices);
    EXPECT_EQ(boot_info->untypedList[i].paddr, RAM_BASE);
    for (i++; i < untyped_count(); i++) EXPECT(boot_info->untypedList[i].paddr > boot_info->untypedList[i - 1].paddr);
}

/* Memory up to the end of RAM is either free or the block of the root task's objects, at the place that is computed in 12.7. */
TEST(boot, upstream_place_of_the_root_tasks_objects)
{
    word_t extra = boot_info->extraLen ? EXTRA_BIT(boot_info->extraLen) : 0;
    word_t tables = boot_info->userImagePaging.end - boot_info->userImagePaging.start;
    word_t bytes = CNODE_BYTES + extra + (4 + tables) * PAGE_SIZE + ((word_t)1 << seL4_TCBBits) + 128;
    word_t block = (RAM_END - bytes) & ~(CNODE_BYTES - 1);
    EXPECT_OK(page_address(seL4_CapInitThreadIPCBuffer));
    EXPECT_EQ(got_mr(0), block + CNODE_BYTES + extra + 2 * PAGE_SIZE);
    EXPECT_OK(page_address(seL4_CapBootInfoFrame));
    EXPECT_EQ(got_mr(0), block + CNODE_BYTES + extra + 3 * PAGE_SIZE);

    word_t behind = block + bytes;
    bool before = false;
    for (word_t i = ARRAY_LENGTH(devices); i < untyped_count(); i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        word_t size = (word_t)1 << d->sizeBits;
        before |= d->paddr + size == block;
        if (d->paddr > block) {
            EXPECT_EQ(d->paddr, behind);
            behind += size;
        }
    }
    if (untyped_count() == CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS) return; /* the surplus was dropped */
    EXPECT(before);
    EXPECT_EQ(behind, RAM_END);
}

TEST(boot, upstream_slots)
{
    EXPECT_EQ(boot_info->userImagePaging.start, 16);
    EXPECT_EQ(boot_info->userImagePaging.end, IS_64BIT ? 18 : 17);
    EXPECT(boot_info->extraLen > 2 * sizeof(word_t)); /* the loader passes a device tree */
    EXPECT_EQ(boot_info->schedcontrol.start, boot_info->extraBIPages.end);
    EXPECT_EQ(boot_info->userImageFrames.start, boot_info->schedcontrol.start + 1);
}

/* Device memory that is RAM behind the kernel's window (rv32), and RAM at both ends of the window. */
TEST(boot, upstream_memory_can_be_mapped)
{
#if !IS_64BIT
    word_t frame = device_frame(0xFF800000, 12);
    EXPECT(frame != 0);
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 1));
    *(volatile word_t *)TEST_VADDR = 0x12345678;
    EXPECT_EQ(*(volatile word_t *)TEST_VADDR, 0x12345678);
#endif
    for (word_t i = ARRAY_LENGTH(devices); i < untyped_count(); i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        word_t page = slot_new();
        if (d->sizeBits < 12 || boot_info->untyped.start + i == test_untyped) continue;
        if (untyped_retype(boot_info->untyped.start + i, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, page, 1)) continue; /* the kit's */
        EXPECT_OK(page_map(page, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, 1));
        EXPECT_EQ(*(volatile word_t *)(TEST_VADDR + PAGE_SIZE), 0);
        EXPECT_OK(page_unmap(page));
        EXPECT_OK(cnode_delete(page));
    }
}
#endif
