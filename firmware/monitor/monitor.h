// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* The M-mode monitor of hart 0: the only code that runs below the kernel. It fences off memory, delegates every trap
 * that the kernel can handle, and then serves SBI calls. It keeps no state but the PMP and the timer. */
#pragma once

#include <stdint.h>

#include "console.h"

/** Registers that trap_entry (start.S) saves: the caller-saved set, and the interrupted stack pointer. */
struct monitor_frame {
    uintptr_t ra;
    uintptr_t sp;
    uintptr_t t[7];
    uintptr_t a[8];
};

/** What the kernel's entry expects in a0..a5 (sel4-abi chapter 12.1); filled by the linker in start.S. */
struct kernel_handoff {
    uintptr_t ui_start;    /* physical address of the user image */
    uintptr_t ui_end;      /* its end, exclusive, page aligned */
    uintptr_t ui_pvoffset; /* physical minus virtual address */
    uintptr_t ui_entry;    /* virtual entry point */
    uintptr_t dtb;         /* no device tree: 0 */
    uintptr_t dtb_size;
    uintptr_t kernel_entry;
};

extern const struct kernel_handoff handoff;
extern char trap_entry[];

/** Leaves machine mode for `entry` in supervisor mode with the hand-off in a0..a5. Never returns. */
_Noreturn void enter_kernel(const struct kernel_handoff *h, uintptr_t entry);

/** Programs the PMP of hart 0 (section 3.7): after this neither kernel nor user can reach the monitor or another
 * hart's memory, and not even the monitor can reach the latter. */
void pmp_init(void);

/** Serves the SBI call in `frame`; results are stored there. The caller advances mepc. */
void sbi_call(struct monitor_frame *frame);

/** The machine timer fired: hands it to the kernel as a supervisor timer interrupt. Only used without Sstc. */
void sbi_timer_fired(void);

/** C part of trap_entry. */
void monitor_trap(struct monitor_frame *frame);
