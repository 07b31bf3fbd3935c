/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the generic kernel asks of the architecture. Inline parts (time, address conversion, pending interrupts) come from
 * <arch/machine.h>, register names from <arch/context.h>. */
#pragma once

#include <arch/context.h>
#include <arch/machine.h>
#include <api/failures.h>
#include <api/invocation.h>
#include <object/cap.h>
#include <object/slot.h>
#include <object/tcb.h>

/* --- capabilities of the architecture ------------------------------------------------------------- */

/* Invocation of a frame, page table, ASID control or ASID pool cap: decodes and performs. inv->label is any label. Sets results with
 * inv_result(). Must work without INVOKE_CALL and in a first phase. */
outcome_t arch_decode_invocation(struct invocation *inv);
/* A label on the IRQ control cap that is not IRQIssueIRQHandler: GetTrigger (uses irq_issue_handler()) or IllegalOperation. */
outcome_t arch_decode_irq_control(struct invocation *inv);
/* Copy rules (5.2): an unmapped frame copy; an unmapped page table is IllegalOperation. */
outcome_t arch_derive_cap(cap_t cap, cap_t *derived);
/* Called for every deleted arch cap, final or not (5.6): unmaps frames, tables; frees ASIDs and pools. */
void arch_finalise_cap(cap_t cap, bool final);
/* Ancestor test: cap is a frame that lies within this one. */
bool arch_same_region(cap_t frame, cap_t cap);
/* Final test of two arch caps of the same type: same object (frames: same base, size and device flag; there is one ASID control). */
bool arch_same_object(cap_t a, cap_t b);
/* Physical memory behind an arch cap; bits 0: none. */
struct cap_extent arch_cap_extent(cap_t cap);
cap_t arch_mask_rights(cap_t frame, word_t rights);
/* log2 of the bytes of a frame. */
INLINE word_t arch_frame_bits(cap_t frame)
{
    return (word_t)seL4_PageBits + frame_cap_size(frame) * seL4_PageTableIndexBits;
}
/* Retype: types >= seL4_ReplyObject + 1. True when the type may come from device untypeds (frames). */
bool arch_type_is_frame(word_t type);
word_t arch_object_size_bits(word_t type);
cap_t arch_create_object(word_t type, word_t paddr, bool device);

/* --- threads ---------------------------------------------------------------------------------------- */

/* A page table cap that is mapped or assigned: may be a thread's VSpace (6.2 row 7). */
bool arch_is_valid_vspace(cap_t cap);
/* Checks for an IPC buffer frame in order: a frame (else IllegalOperation), not a device frame (IllegalOperation), address aligned
 * (AlignmentError). */
outcome_t arch_check_ipc_buffer(word_t address, cap_t cap);
/* Installs the address space of t (or the empty one if it has none or a stale one) and what else belongs to the running thread. Called when ks.current changes and
 * when the current thread's VSpace changed. For idle_thread: the kernel's own. */
void arch_switch_vspace(tcb_t *t);
/* Fresh context of a new TCB (all zero already): whatever a return to user mode needs. */
void arch_init_context(user_context_t *context);
/* seL4_TCBFlag bits that exist (1 with FPU, 0 without), and the effect of a change. */
#ifdef CONFIG_HAVE_FPU
#define ARCH_TCB_FLAGS 1u
void arch_flags_changed(tcb_t *t);
#else
#define ARCH_TCB_FLAGS 0u
INLINE void arch_flags_changed(tcb_t *t) { (void)t; }
#endif
/* A dying thread's register state outside the TCB (FPU owner). */
void arch_forget_thread(tcb_t *t);

/* Registers in UnknownSyscall and UserException messages (8.3), as indices of user_context_t. The number (a7), or number and code, that follow
 * in the message are not in the list. */
#define ARCH_SYSCALL_MESSAGE_REGS 10u
#define ARCH_EXCEPTION_MESSAGE_REGS 2u
extern const uint8_t arch_syscall_message[ARCH_SYSCALL_MESSAGE_REGS];
extern const uint8_t arch_exception_message[ARCH_EXCEPTION_MESSAGE_REGS];

/* --- machine ------------------------------------------------------------------------------------------ */

/* Sets the next timer interrupt; UINT64_MAX: none. Also clears a pending one. */
void arch_set_timer(ticks_t at);
/* Puts the clock back to this time: what was done since then took none. With CONFIG_KERNEL_CHECK_ALL_INVARIANTS only. */
void arch_rewind_time(ticks_t to);
/* The next pending interrupt, claimed: 0 none, ARCH_TIMER_IRQ the timer, else 1..ARCH_MAX_IRQ. */
word_t arch_irq_claim(void);
/* Completes a claimed interrupt at the controller. */
void arch_irq_complete(word_t irq);
/* Enables or masks a source. */
void arch_irq_enable(word_t irq, bool enable);
/* IRQHandler_Ack. */
void arch_irq_ack(word_t irq);
/* Sleeps until an interrupt is pending (interrupts stay disabled in supervisor mode). */
void arch_wait_for_interrupt(void);
/* One character on the kernel console (debug builds, and the fatal error path). */
void arch_putchar(char c);
NORETURN void arch_halt(void);
