/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the trap entry calls. Registers of the current thread are saved; reg[REG_PC] = sepc; for an ecall reg[REG_NEXT_PC] = sepc + 4, for
 * everything else reg[REG_NEXT_PC] = sepc. When one of these returns, ks.current is a user thread whose address space is
 * installed: restore its registers and return to reg[REG_NEXT_PC]. */
#pragma once

#include <object/slot.h>

/* An ecall: a0, a1 and a7 of the caller. */
void handle_syscall(word_t cptr, word_t info, word_t number);
/* The general path of Call, for a fast path that has looked up cptr (slot; NULL: lookup failed), and of ReplyRecv. */
NOINLINE void slow_call(word_t cptr, slot_t *slot, word_t info);
NOINLINE void slow_reply_recv(word_t cptr, word_t info);
/* An exception that is neither a system call nor a VM fault. */
void handle_user_exception(word_t number, word_t code);
/* Access or page fault; fsr and prefetch as in the message (sel4-abi.md 8.3). */
void handle_vm_fault(word_t address, word_t fsr, bool prefetch);
/* An interrupt from user mode. */
void handle_interrupt(void);
