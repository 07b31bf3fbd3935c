/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Booting with what different loaders might pass (sel4-abi.md ch. 12). */
#include "tests.h"

#include <arch/vspace.h>
#include <object/cap.h>
#include <sched/time.h>
#include <string.h>

#include "kernel/boot/boot.h"

#define PAGE BIT(seL4_PageBits)
#define ENTRY 0x10040u

static cap_t cap_at(word_t slot) { return host_slot(ks.current, slot)->cap; }

/* An image of `pages` pages whose first is at `vaddr`, at the end of RAM; with the usual device tree, or with none. */
static enum host_exit boot_image(word_t pages, word_t vaddr, bool dtb)
{
    word_t start = RAM_END - pages * PAGE;
    return host_boot(start, RAM_END, start - vaddr, ENTRY, dtb ? HOST_DTB : 0, dtb ? HOST_DTB_BYTES : 0);
}

static void refused(enum host_exit exit, const char *why)
{
    assert_int_equal(exit, HOST_HALTED);
    assert_true(host_said("kernel: cannot boot: "));
    assert_true(host_said(why));
}

static void bad_loaders_are_refused(void **state)
{
    const word_t image = HOST_IMAGE, offset = HOST_IMAGE - HOST_IMAGE_VADDR;
    (void)state;
    host_allow_halt = true;
    refused(host_boot(RAM_BASE - PAGE, RAM_BASE, 0, ENTRY, 0, 0), "user image or device tree outside RAM");
    refused(host_boot(image, RAM_END + PAGE, offset, ENTRY, 0, 0), "user image or device tree outside RAM");
    refused(host_boot(RAM_END, image, offset, ENTRY, 0, 0), "user image or device tree outside RAM");
    refused(host_boot(image, RAM_END, offset, ENTRY, RAM_END - 1, 2), "user image or device tree outside RAM");
    refused(host_boot(image, RAM_END, offset, ENTRY, RAM_BASE - 1, 2), "user image or device tree outside RAM");
    refused(host_boot(image, image, offset, ENTRY, 0, 0), "bad user image");
    refused(host_boot(image, RAM_END, offset + 1, ENTRY, 0, 0), "bad user image");
    refused(host_boot(image, RAM_END - 1, offset, ENTRY, 0, 0), "bad user image");
    refused(boot_image(1, seL4_UserTop - 2 * PAGE, false), "bad user image");
    refused(boot_image(1, seL4_UserTop - 4 * PAGE, true), "bad user image");
    assert_int_equal(boot_image(1, seL4_UserTop - 3 * PAGE, false), HOST_USER); /* just fits */
    assert_int_equal(boot_image(1, seL4_UserTop - 5 * PAGE, true), HOST_USER);
    refused(boot_image(250, HOST_IMAGE_VADDR, false), "the root CNode is too small for the user image");
    refused(host_boot(RAM_BASE + 0x10000, RAM_END, 0, ENTRY, 0, 0), "no room for the root task's objects");
    /* a device tree that is as large as all RAM behind the kernel */
    refused(host_boot(image, RAM_END, offset, ENTRY, RAM_BASE + 0x10000, HOST_RAM_BYTES - 0x12000), "no room for the root task's objects");
}

static pte_t mapping(word_t vaddr)
{
    struct walk at = vspace_walk(asid_vspace(INIT_ASID), vaddr);
    return at.bits == seL4_PageBits ? *at.entry : 0;
}

#define USER_FLAGS (PTE_V | PTE_U | PTE_A | PTE_D)

static void the_address_space_is_as_described(void **state)
{
    (void)state;
    for (int with_tree = 0; with_tree < 2; with_tree++) {
        assert_int_equal(boot_image(3, HOST_IMAGE_VADDR, with_tree), HOST_USER);
        const struct boot_info *boot = host_boot_info();
        const word_t top = HOST_IMAGE_VADDR + 3 * PAGE;
        assert_int_equal(boot->user_image_frames.end - boot->user_image_frames.start, 3);
        for (word_t i = 0; i < 3; i++) {
            assert_int_equal(mapping(HOST_IMAGE_VADDR + i * PAGE), pte_leaf(RAM_END - (3 - i) * PAGE, USER_FLAGS | PTE_R | PTE_W | PTE_X));
            cap_t frame = cap_at(boot->user_image_frames.start + i);
            assert_int_equal(frame_cap_base(frame), RAM_END - (3 - i) * PAGE);
            assert_int_equal(frame_cap_vaddr(frame), HOST_IMAGE_VADDR + i * PAGE);
            assert_int_equal(frame_cap_asid(frame), INIT_ASID);
            assert_int_equal(frame_cap_rights(frame), RIGHT_READ | RIGHT_WRITE);
        }
        assert_int_equal(boot->ipc_buffer, top);
        assert_int_equal(mapping(top), pte_leaf(frame_cap_base(cap_at(seL4_CapInitThreadIPCBuffer)), USER_FLAGS | PTE_R | PTE_W));
        assert_int_equal(mapping(top + PAGE), pte_leaf(frame_cap_base(cap_at(seL4_CapBootInfoFrame)), USER_FLAGS | PTE_R | PTE_W));
        assert_int_equal(ks.current->context.reg[REG_A0], top + PAGE);
        assert_int_equal(ks.current->context.reg[REG_NEXT_PC], ENTRY);
        assert_int_equal(ks.current->ipc_buffer, top);
        assert_int_equal(boot->extra_len, with_tree ? HOST_DTB_BYTES + 2 * sizeof(word_t) : 0);
        assert_int_equal(boot->extra_bi_pages.end - boot->extra_bi_pages.start, with_tree ? 2 : 0);
        assert_int_equal(mapping(top + 2 * PAGE) != 0, with_tree);
        assert_int_equal(mapping(top + 3 * PAGE) != 0, with_tree);
        assert_int_equal(mapping(top + 4 * PAGE), 0);
    }
}

/* Tables exist exactly for what is mapped, level by level from the top, with capabilities in that order. */
static void tables_are_those_that_are_needed(void **state)
{
    /* one page below a 2 MiB boundary: image there, the rest above */
    const struct {
        word_t vaddr, tops, tables; /* tops: of the first level below the root */
    } cases[] = {{0x10000, 1, 2}, {0x200000 - PAGE, 1, 3}, {0xc0000000 - PAGE, 2, 4}, {0x200000, 1, 2}, {0, 1, 2},
                 {0x200000 - 3 * PAGE, 1, 2}, {0x200000 - 2 * PAGE, 1, 3}, {0xc0000000 - 3 * PAGE, 1, 2}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(boot_image(1, cases[i].vaddr, false), HOST_USER);
        const struct boot_info *boot = host_boot_info();
        assert_int_equal(boot->user_image_paging.start, seL4_NumInitialCaps);
        assert_int_equal(boot->user_image_paging.end - boot->user_image_paging.start, cases[i].tables);
        for (word_t n = 0; n < cases[i].tables; n++) {
            word_t bits = n < cases[i].tops ? PT_ROOT_BITS : PT_ROOT_BITS - PT_INDEX_BITS, number = n < cases[i].tops ? n : n - cases[i].tops;
            cap_t table = cap_at(boot->user_image_paging.start + n);
            assert_true(cap_is_page_table(table) && page_table_cap_mapped(table));
            assert_int_equal(page_table_cap_asid(table), INIT_ASID);
            assert_int_equal(page_table_cap_vaddr(table), (cases[i].vaddr & ~MASK(bits)) + (number << bits));
        }
        assert_int_not_equal(mapping(cases[i].vaddr), 0);
    }
}

/* Every 16 bytes of RAM are the kernel's, the loader's, an object's, or in exactly one untyped. */
static unsigned char owners[HOST_RAM_BYTES / 16];

static void own(word_t base, word_t bytes)
{
    assert_in_range(base, RAM_BASE, RAM_END);
    assert_in_range(base + bytes, RAM_BASE, RAM_END);
    for (word_t at = base - RAM_BASE; at < base - RAM_BASE + bytes; at += 16)
        owners[at / 16]++;
}

/* The pages of the extra block that hold nothing have no capability. */
static void own_rest_of_extra_block(void)
{
    const struct boot_info *boot = host_boot_info();
    word_t pages = boot->extra_bi_pages.end - boot->extra_bi_pages.start, block = 1;
    while (block < pages)
        block *= 2;
    own(frame_cap_base(cap_at(boot->extra_bi_pages.start)) + pages * PAGE, (block - pages) * PAGE);
}

static void own_caps(void)
{
    const struct boot_info *boot = host_boot_info();
    for (word_t slot = 1; slot < boot->empty.start; slot++) {
        struct cap_extent e = cap_extent(cap_at(slot));
        bool device = cap_is_untyped(cap_at(slot)) && untyped_cap_device(cap_at(slot));
        if (e.bits != 0 && !device)
            own(e.base, BIT(e.bits));
    }
}

static void memory_is_conserved(void **state)
{
    const word_t sizes[] = {1, 16, 100, 4080, 4081, 5000, 70000};
    (void)state;
    for (unsigned i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        word_t tree = RAM_BASE + 0x20000 + i * 0x100, size = sizes[i / 2];
        /* every other one ends where its last page table does */
        word_t vaddr = i % 2 ? HOST_IMAGE_VADDR : 0x200000 - 5 * PAGE - (size > PAGE - 16 ? PAGE : 0) - (size == 70000 ? 30 * PAGE : 0);
        memset(owners, 0, sizeof owners);
        assert_int_equal(host_boot(RAM_BASE + 0x200000, RAM_BASE + 0x202000, RAM_BASE + 0x200000 - vaddr, ENTRY, tree, size), HOST_USER);
        own(RAM_BASE + 0x4000, 0xc000); /* the kernel without its boot part: see kernel/arch/host/build.mk */
        own(tree, (size + 15) & ~15ul);
        own_caps();
        own_rest_of_extra_block();
        for (word_t n = 0; n < sizeof owners; n++)
            if (owners[n] != 1)
                assert_int_equal(owners[n], 1000000 * n); /* shows which */
    }
}

/* Rounding up a tree's end to 16 bytes must not lose more; its block of memory is the next power of two, at least a page. */
static void extra_info_has_its_own_block(void **state)
{
    const struct {
        word_t bytes, pages, block;
    } cases[] = {{1, 1, 1}, {PAGE - 16, 1, 1}, {PAGE - 15, 2, 2}, {2 * PAGE, 3, 4}, {5 * PAGE, 6, 8}, {9 * PAGE, 10, 16}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(host_boot(HOST_IMAGE, RAM_END, HOST_IMAGE - HOST_IMAGE_VADDR, ENTRY, RAM_BASE + 0x40000, cases[i].bytes), HOST_USER);
        const struct boot_info *boot = host_boot_info();
        assert_int_equal(boot->extra_len, cases[i].bytes + 16);
        assert_int_equal(boot->extra_bi_pages.end - boot->extra_bi_pages.start, cases[i].pages);
        word_t base = frame_cap_base(cap_at(boot->extra_bi_pages.start));
        assert_int_equal(base & (cases[i].block * PAGE - 1), 0);
        for (word_t page = 0; page < cases[i].pages; page++)
            assert_int_equal(frame_cap_base(cap_at(boot->extra_bi_pages.start + page)), base + page * PAGE);
        assert_int_equal(cap_extent(cap_at(seL4_CapInitThreadCNode)).base & (PAGE - 1), 0);
    }
}

/* What no longer fits into the CNode or the list is dropped. */
static void surplus_untypeds_are_dropped(void **state)
{
    (void)state;
    assert_int_equal(boot_image(230, HOST_IMAGE_VADDR, false), HOST_USER);
    const struct boot_info *boot = host_boot_info();
    assert_int_equal(boot->untyped.end, BIT(CONFIG_ROOT_CNODE_SIZE_BITS));
    assert_int_equal(boot->empty.start, boot->empty.end);
    assert_true(cap_is_untyped(cap_at(BIT(CONFIG_ROOT_CNODE_SIZE_BITS) - 1)));
}

/* Address 0 says that there is no tree, whatever its size is said to be. */
static void no_tree_at_all(void **state)
{
    (void)state;
    assert_int_equal(host_boot(HOST_IMAGE, RAM_END, HOST_IMAGE - HOST_IMAGE_VADDR, ENTRY, 0, 5000), HOST_USER);
    assert_int_equal(host_boot_info()->extra_len, 0);
    assert_int_equal(host_boot_info()->extra_bi_pages.end, 0);
}

/* The kernel's window: RAM, with the image executable in it, and the interrupt controller; nothing for users. */
static void the_kernel_has_its_window(void **state)
{
    const pte_t always = PTE_V | PTE_G | PTE_A | PTE_D | PTE_R | PTE_W;
    word_t mapped = 0;
    (void)state;
    for (word_t i = 0; i < PT_ENTRIES; i++)
        mapped += kernel_root[i] != 0;
    assert_int_equal(mapped, 1); /* on the host both are in one gigabyte */
    pte_t ram = *pt_entry(kernel_root, (word_t)RAM_BASE + ARCH_PV_OFFSET, PT_ROOT_BITS);
    assert_int_equal(ram, (((word_t)RAM_BASE & ~MASK(PT_ROOT_BITS)) >> 2) | always | PTE_X);
}

static void initial_caps(void **state)
{
    static const word_t tags[] = {CAP_NULL, CAP_THREAD, CAP_CNODE, CAP_PAGE_TABLE, CAP_IRQ_CONTROL, CAP_ASID_CONTROL, CAP_ASID_POOL, CAP_NULL,
                                  CAP_NULL, CAP_FRAME, CAP_FRAME, CAP_DOMAIN, CAP_NULL, CAP_NULL, CAP_SCHED_CONTEXT, CAP_NULL};
    (void)state;
    for (word_t i = 0; i < sizeof tags / sizeof *tags; i++)
        assert_int_equal(cap_tag(cap_at(i)), tags[i]);
    delete_cap(UNTYPED);
    for (word_t i = 1; i < host_boot_info()->empty.start; i++) /* only what is also in the TCB has a child */
        assert_int_equal(slot_has_children(host_slot(ks.current, i)),
                         i == seL4_CapInitThreadCNode || i == seL4_CapInitThreadVSpace || i == seL4_CapInitThreadIPCBuffer);
    const tcb_t *t = ks.current;
    assert_int_equal(t->mcp, 255);
    assert_int_equal(t->domain, 0);
    assert_string_equal(t->name, "rootserver");
    assert_true(sc_is_round_robin(t->sc));
    assert_int_equal(sc_refills(t->sc)[0].amount, us_to_ticks(5000));
    assert_int_equal(t->context.reg[REG_SP], 0);
    assert_true(slot_is_empty(&t->slots[TCB_FAULT_HANDLER]) && slot_is_empty(&t->slots[TCB_TIMEOUT_HANDLER]));
    assert_int_equal(host.enabled, 0);
    assert_int_equal(host.timer, ks.timer);
    assert_int_equal(untyped_cap_free(cap_at(boot_untyped(18))), BIT(18)); /* counts as used: RAM is cleared before it is given out */
}

int boot_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_loaders_are_refused), TEST(the_address_space_is_as_described), TEST(tables_are_those_that_are_needed),
        TEST(memory_is_conserved), TEST(extra_info_has_its_own_block), TEST(surplus_untypeds_are_dropped),
        TEST(no_tree_at_all), TEST(the_kernel_has_its_window), TEST(initial_caps),
    };
    return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
