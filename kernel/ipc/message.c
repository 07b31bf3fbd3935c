// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Moving messages and capabilities between threads (sel4-abi.md 7.4).
#include <ipc/message.h>

#include <api/fault.h>
#include <object/cap.h>
#include <object/cnode.h>

word_t message_copy_rest(const tcb_t *sender, tcb_t *receiver, word_t length)
{
    const word_t *from = tcb_ipc_buffer(sender, false);
    word_t *to = tcb_ipc_buffer(receiver, true);
    if (from == NULL || to == NULL)
        return REG_MESSAGE_COUNT;

    const word_t *end = from + BUFFER_MR(length), *last = end - 4;
    from += BUFFER_MR(REG_MESSAGE_COUNT);
    to += BUFFER_MR(REG_MESSAGE_COUNT);
    for (; from <= last; from += 4, to += 4) {
        word_t a = from[0], b = from[1], c = from[2], d = from[3];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
    }
    while (from != end)
        *to++ = *from++;
    return length;
}

word_t message_copy(const tcb_t *sender, tcb_t *receiver)
{
    word_t info = sender->context.reg[REG_INFO], length = info_length(info);
    message_copy_registers(sender, receiver, length);
    if (unlikely(length > REG_MESSAGE_COUNT))
        length = message_copy_rest(sender, receiver, length);
    return info_make(info_label(info), length);
}

word_t message_extra_caps(const tcb_t *sender, word_t count, const word_t *buffer, slot_t *caps[])
{
    for (word_t i = 0; i < count; i++) {
        caps[i] = cspace_lookup(sender, buffer[BUFFER_CAPS + i]);
        if (caps[i] == NULL)
            return i;
    }
    return count;
}

// Transfers capabilities as far as possible; returns the extraCaps and capsUnwrapped fields of the receiver's info word.
static word_t transfer_caps(slot_t *const *caps, const tcb_t *receiver, word_t *buffer, const endpoint_t *via)
{
    word_t unwrapped = 0;
    slot_t *dst = NULL;
    word_t i;
    for (i = 0; i < seL4_MsgMaxExtraCaps && caps[i] != NULL; i++) {
        cap_t cap = caps[i]->cap;
        if (via != NULL && cap_is_endpoint(cap) && endpoint_cap_ptr(cap) == (word_t)via) {
            buffer[BUFFER_CAPS + i] = endpoint_cap_badge(cap);
            unwrapped |= BIT(i);
            continue;
        }
        // At most one real capability per message.
        if (dst != NULL)
            break;
        dst = cspace_receive_slot(receiver, buffer);
        if (dst == NULL || cap_derive(caps[i], cap, &cap) != DONE || cap_is_null(cap))
            break;
        slot_insert(dst, caps[i], cap);
    }
    return i << INFO_CAPS_SHIFT | unwrapped << INFO_UNWRAPPED_SHIFT;
}

// Capabilities of a message whose sender may grant them.
static word_t grant(const tcb_t *sender, const tcb_t *receiver, word_t info, const endpoint_t *via, slot_t *const *caps)
{
    slot_t *found[seL4_MsgMaxExtraCaps] = {NULL};
    const word_t *from = tcb_ipc_buffer(sender, false);
    word_t *to = tcb_ipc_buffer(receiver, true);
    if (to == NULL || from == NULL)
        return 0;
    if (caps == NULL) {
        if (message_extra_caps(sender, info_extra_caps(info), from, found) != info_extra_caps(info))
            return 0;
        caps = found;
    }
    return transfer_caps(caps, receiver, to, via);
}

void message_transfer(tcb_t *sender, tcb_t *receiver, const endpoint_t *via, word_t badge, bool can_grant, slot_t *const *caps)
{
    word_t info;
    if (unlikely(sender->fault.type != seL4_Fault_NullFault)) {
        info = fault_message(sender, receiver);
    } else {
        word_t sent = sender->context.reg[REG_INFO];
        info = message_copy(sender, receiver);
        if (can_grant && info_extra_caps(sent) != 0)
            info |= grant(sender, receiver, sent, via, caps);
    }
    receiver->context.reg[REG_INFO] = info;
    receiver->context.reg[REG_BADGE] = badge;
}
