/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Booting: from the loader's registers to a root task that owns everything (sel4-abi.md ch. 12). All of it is BOOT_CODE: when the
 * root task runs, this code and its data have become untyped memory. Failing here halts the machine; no user program runs yet. */
#pragma once

#include <arch/machine.h>
#include <object/slot.h>
#include <types.h>

/* Physical memory, half open; byte-exact. */
struct region {
    word_t start, end;
};

/* What the loader hands over in a0..a5 (12.1). */
struct loader_info {
    struct region image;  /* user image, physical, page aligned */
    word_t pv_offset;     /* its physical minus virtual address */
    word_t entry;         /* virtual */
    struct region dtb;    /* empty if there is none */
};

/* seL4_BootInfo (12.5). */
struct slot_region {
    word_t start, end;
};
struct untyped_desc {
    word_t paddr;
    uint8_t size_bits, is_device;
    uint8_t padding[sizeof(word_t) - 2];
};
struct boot_info {
    word_t extra_len, node_id, num_nodes, num_io_pt_levels;
    word_t ipc_buffer;
    struct slot_region empty, shared_frames, user_image_frames, user_image_paging, io_space_caps, extra_bi_pages;
    word_t init_thread_cnode_size_bits, init_thread_domain;
    struct slot_region sched_control, untyped;
    struct untyped_desc untyped_list[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
};
_Static_assert(CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS != 230 || sizeof(struct boot_info) == (sizeof(word_t) == 4 ? 1932 : 3864),
               "boot info is part of the ABI");
_Static_assert(sizeof(struct boot_info) <= BIT(seL4_PageBits), "boot info is one page");

#define BOOTINFO_HEADER_FDT 6u

/* The root task while it is built. Addresses are the kernel's. */
struct root_task {
    struct region image;  /* virtual */
    word_t extra_bits;    /* log2 of the extra boot info block, 0: none */
    word_t extra_len;     /* bytes in it */
    slot_t *cnode;
    void *vspace, *asid_pool, *ipc_buffer, *extra, *tables;
    struct boot_info *info;
    struct tcb *tcb;
    struct sched_context *sc;
    word_t next_slot;
};

/* Virtual addresses behind the image (12.3). */
INLINE word_t root_ipc_buffer_vaddr(const struct root_task *root) { return root->image.end; }
INLINE word_t root_info_vaddr(const struct root_task *root) { return root->image.end + BIT(seL4_PageBits); }
INLINE word_t root_extra_vaddr(const struct root_task *root) { return root->image.end + 2 * BIT(seL4_PageBits); }
/* End of what has page tables. */
INLINE word_t root_tables_end(const struct root_task *root)
{
    return root_extra_vaddr(root) + (root->extra_bits ? BIT(root->extra_bits) : 0);
}

/* Puts a capability without relatives in the next free slot of the root CNode; false: it is full. */
bool boot_provide_cap(struct root_task *root, cap_t cap);
NORETURN void boot_fail(const char *why);

/* memory.c. Free RAM is known there, as a short list of regions. */
/* All of RAM but the kernel, the user image and the device tree. */
void boot_memory_init(const struct loader_info *loader);
/* Takes `bytes`, naturally aligned for 2^align_bits, from the top of the highest free region that has them. */
void *boot_memory_alloc(word_t bytes, word_t align_bits);
/* Turns devices, the kernel's boot part and the rest of RAM into untypeds (12.7). */
void boot_make_untypeds(struct root_task *root);

/* root_task.c */
/* Allocates and zeroes the objects, makes the capabilities up to the user image's frames (12.4). */
void boot_make_root_task(struct root_task *root, const struct loader_info *loader);

/* kernel/arch: paging of the root task. */
/* Page tables below the root table for [start, end). */
word_t arch_boot_table_count(word_t start, word_t end);
/* Makes and maps them, in memory at root->tables, with a capability each. */
void arch_boot_map_tables(struct root_task *root, word_t start, word_t end);
/* Maps a frame of RAM and returns its capability, marked as mapped. */
cap_t arch_boot_map_frame(struct root_task *root, word_t paddr, word_t vaddr, bool execute);
/* Makes the root table an address space with the first ASID; returns its capability. */
cap_t arch_boot_make_vspace(struct root_task *root);
/* Hart, kernel page table, interrupt controller and timer. */
void arch_boot_init(void);
