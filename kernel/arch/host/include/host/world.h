/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Running the kernel as a part of a host program: system calls are function calls, user mode is the caller. One kernel per process.
 * For tests; includes the kernel's own headers, so that they can look inside. */
#pragma once

#include <arch.h>
#include <host/machine.h>
#include <state.h>

struct boot_info;

/* Maps RAM, boots the kernel with a root task of one page and a device tree (5000 bytes of 0xd7), and takes the first snapshot. Once per process. */
void host_start(void);
/* Boots once more, from nothing, with these registers of the loader; host_reset() returns to the snapshot. HOST_HALTED: it does not boot
 * (with host_allow_halt). */
enum host_exit host_boot(word_t ui_start, word_t ui_end, word_t pv_offset, word_t entry, word_t dtb, word_t dtb_bytes);
/* What host_start() passes: the image is the last page of RAM, the device tree is two pages below it. */
#define HOST_IMAGE (RAM_END - BIT(seL4_PageBits))
#define HOST_IMAGE_VADDR 0x10000u
#define HOST_DTB (HOST_IMAGE - 2 * BIT(seL4_PageBits))
#define HOST_DTB_BYTES 5000u
/* Makes the present state the one that host_reset() returns to. */
void host_snapshot(void);
/* Back to the last snapshot: RAM, the kernel's variables and the machine. Costs what has been touched. */
void host_reset(void);
/* A number that is equal for equal states: the kernel's variables, the machine but its counters, and `bytes` of RAM from `paddr`. */
uint64_t host_hash(word_t paddr, word_t bytes);

/* The current thread executes ecall with the registers it has; host_syscall sets a7 first. The pc moves as on the hart. Through the fast
 * paths unless host_slow is set. */
enum host_exit host_ecall(void);
enum host_exit host_syscall(sword_t number);
extern bool host_slow;
/* The current thread raises an exception: scause and stval. */
enum host_exit host_exception(word_t cause, word_t stval);
/* Takes an interrupt (timer or line) if one is pending; otherwise like an early timer interrupt. Works when idle, too. */
enum host_exit host_interrupt(void);
/* Raises or lowers a device's line (not taken before host_interrupt(), or a kernel entry that looks). */
void host_line(word_t irq, bool high);
/* Lets time pass; interrupts are not taken. */
void host_pass(ticks_t ticks);
/* How the last entry ended. */
extern enum host_exit host_state;

/* For tests that expect the kernel to halt: the entry then ends with HOST_HALTED instead of abort(). */
extern bool host_allow_halt;
/* Kernel messages go to standard error at once (default: the last ones, before an abort). */
extern bool host_verbose;

/* The kernel's console output since the last host_reset() contains `text`. */
bool host_said(const char *text);
/* The root task's boot info, in kernel memory. */
const struct boot_info *host_boot_info(void);
/* The slot number `index` of the CNode that is the CSpace of `t`. */
slot_t *host_slot(const tcb_t *t, word_t index);
