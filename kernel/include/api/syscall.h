/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the trap entry calls. Registers of the current thread are saved; reg[REG_PC] = sepc; for an ecall reg[REG_NEXT_PC] = sepc + 4, for
 * everything else reg[REG_NEXT_PC] = sepc. When one of these returns, ks.current is a user thread whose address space is
 * installed: restore its registers and return to reg[REG_NEXT_PC]. */
#pragma once

#include <object/slot.h>

/* An ecall: a0, a1 and a7 of the caller. */
void handle_syscall(word_t cptr, word_t info, word_t number);
/* The general path of Call, for a fast path that has looked up cptr (slot; NULL: lookup failed). */
NOINLINE void slow_call(word_t cptr, slot_t *slot, word_t info);
/* An exception that is not a system call: seL4_Fault_VMFault with address, fsr and prefetch as in the message (sel4-abi.md 8.3), or
 * seL4_Fault_UserException with number and code. */
void fault_enter(word_t type, word_t a, word_t b, word_t c);
/* An interrupt from user mode. */
void handle_interrupt(void);
