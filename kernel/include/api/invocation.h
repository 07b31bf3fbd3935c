/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* An invocation of a kernel object while it is decoded. Decoding checks everything and has no effects; the function that
 * follows cannot fail (it may be preempted). */
#pragma once

#include <api/failures.h>
#include <api/invoke.h>
#include <object/slot.h>
#include <object/tcb.h>
#include <state.h>

struct invocation {
    word_t label;
    word_t length;        /* message registers that exist: at most 120, at most 4 without a buffer */
    const word_t *buffer; /* the caller's IPC buffer as words (tag first), valid if length > REG_MESSAGE_COUNT */
    slot_t *slot;         /* where the invoked capability is */
    cap_t cap;
    word_t flags;         /* enum invoke_flags; with INVOKE_CALL a reply will be sent, results are wanted */
    word_t reply_length;  /* result registers written with inv_result() */
    slot_t *extra[seL4_MsgMaxExtraCaps]; /* extra capabilities, NULL behind the last */
};

/* Message register n of the caller; n < length is the callee's business. */
INLINE word_t inv_mr(const struct invocation *inv, word_t n)
{
    return n < REG_MESSAGE_COUNT ? ks.current->context.reg[REG_MESSAGE + n] : inv->buffer[1 + n];
}
/* 64-bit argument starting at register n: one register, or two with the low word first. */
INLINE uint64_t inv_mr64(const struct invocation *inv, word_t n)
{
    if (sizeof(word_t) == 8)
        return inv_mr(inv, n);
    return (uint64_t)inv_mr(inv, n + 1) << 32 | inv_mr(inv, n);
}
/* Sets result register n (and the reply's length to n + 1) if a reply is wanted. */
void inv_result(struct invocation *inv, word_t n, word_t value);
void inv_result64(struct invocation *inv, uint64_t value);
