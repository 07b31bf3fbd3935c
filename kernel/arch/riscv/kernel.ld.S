/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The kernel's image. What only boot needs comes first and ends at ki_boot_end; it becomes untyped memory when the root task
 * starts, and with it the padding in front of the one page-aligned object, the kernel's root page table.
 *
 * What is written all the time shares no page with code: QEMU would look up the translated code of that page at every store, and
 * take three times as long for everything that enters the kernel often. The page where the code ends is filled up with what is
 * hardly ever written, and padded only where that is too little. */

#include <platform_gen.h>

#define PV_OFFSET (KERNEL_VADDR - KERNEL_PADDR)

OUTPUT_ARCH(riscv)
ENTRY(_start)
PHDRS { image PT_LOAD FLAGS(7); }

SECTIONS
{
    . = KERNEL_VADDR;
    .boot : AT(ADDR(.boot) - PV_OFFSET)
    {
        ki_start = .;
        KEEP(*(.boot.start))
        *(.boot.text .boot.text.*)
        . = ALIGN(8);
        *(.boot.rodata .boot.rodata.* .boot.data .boot.data.*)
        . = ALIGN(4096);
        ki_boot_end = .;
    } :image
    .root_table : AT(ADDR(.root_table) - PV_OFFSET) { *(.kernel_root) } :image
    .text : AT(ADDR(.text) - PV_OFFSET) { *(.text .text.*) } :image
    .rodata : AT(ADDR(.rodata) - PV_OFFSET) { *(.rodata .rodata.* .srodata .srodata.*) } :image
    .data : AT(ADDR(.data) - PV_OFFSET) { *(.data .data.* .sdata .sdata.*) } :image
    .bss (NOLOAD) : AT(ADDR(.bss) - PV_OFFSET)
    {
        *(.bss.cold)
        . = ABSOLUTE(ADDR(.text) + SIZEOF(.text) - 1) >> 12 == ABSOLUTE(.) >> 12 ? ALIGN(4096) : .;
        *(.bss .bss.* .sbss .sbss.* COMMON)
        . = ALIGN(16);
        ki_end = .;
    } :image
    ASSERT((ki_end - 1) >> 22 == KERNEL_VADDR >> 22, "one page of the root table maps the image")
    /DISCARD/ : { *(.comment) *(.riscv.attributes) *(.eh_frame .eh_frame_hdr) *(.note .note.*) }
}
