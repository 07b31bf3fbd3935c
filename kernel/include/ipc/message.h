/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Moving a message from one thread to another. */
#pragma once

#include <object/endpoint.h>
#include <object/tcb.h>

/* The message info word (sel4-abi.md 1.2). */
#define INFO_LENGTH_MASK MASK(seL4_MsgLengthBits)
#define INFO_CAPS_SHIFT seL4_MsgLengthBits
#define INFO_UNWRAPPED_SHIFT (seL4_MsgLengthBits + seL4_MsgExtraCapBits)
#define INFO_LABEL_SHIFT 12u

INLINE word_t info_make(word_t label, word_t length) { return label << INFO_LABEL_SHIFT | length; }
INLINE word_t info_label(word_t info) { return info >> INFO_LABEL_SHIFT; }
INLINE word_t info_extra_caps(word_t info) { return (info >> INFO_CAPS_SHIFT) & MASK(seL4_MsgExtraCapBits); }
INLINE word_t info_length(word_t info)
{
    word_t length = info & INFO_LENGTH_MASK;
    return length > seL4_MsgMaxLength ? seL4_MsgMaxLength : length;
}

/* Word indices in the IPC buffer. */
#define BUFFER_MR(n) (1u + (n))
#define BUFFER_CAPS 122u
#define BUFFER_RECEIVE_CNODE 125u
#define BUFFER_RECEIVE_INDEX 126u
#define BUFFER_RECEIVE_DEPTH 127u

/* Transfers sender's message or fault to receiver: registers, buffers, capabilities when can_grant; sets the receiver's badge. via: the
 * endpoint the message goes through (for unwrapping), NULL for replies. caps: the sender's extra
 * capabilities if they have been looked up in this entry, else NULL. */
void message_transfer(tcb_t *sender, tcb_t *receiver, const endpoint_t *via, word_t badge, bool can_grant,
                      slot_t *const *caps);

/* The message registers of a message of `length` words. */
INLINE void message_copy_registers(const tcb_t *from, tcb_t *to, word_t length)
{
    const word_t *source = &from->context.reg[REG_MESSAGE];
    word_t *dest = &to->context.reg[REG_MESSAGE];

    if (length > 0) {
        dest[0] = source[0];
        if (length > 1) {
            dest[1] = source[1];
            if (length > 2) {
                dest[2] = source[2];
                if (length > 3)
                    dest[3] = source[3];
            }
        }
    }
}
/* A message without its capabilities; returns the receiver's info word. */
word_t message_copy(const tcb_t *sender, tcb_t *receiver);
/* The words of a message of `length` words that are not in registers, from buffer to buffer. Returns the length that arrives: without a
 * buffer on either side, what is in registers. */
word_t message_copy_rest(const tcb_t *sender, tcb_t *receiver, word_t length);

/* Looks up the first `count` extra capabilities of sender's message, whose buffer is given; caps[3], all NULL, gets them. Returns how many were
 * found: less than count means that the next one does not resolve (ks.lookup_failure). */
word_t message_extra_caps(const tcb_t *sender, word_t count, const word_t *buffer, slot_t *caps[]);
