/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * Messages between the management core and the security core, as 32-bit words of a FIFO. Used by both sides; needs nothing
 * but C11, so it is tested and fuzzed on the host.
 *
 * First word:  bit 31       long message
 *              bits 30..29  zero
 *              bit 28       this is a reply
 *              bits 27..24  version: 1, or 0 for the original's format
 *              bits 23..16  request id; a reply carries that of its request
 *              bits 15..0   size of the payload in bytes
 * Long message: the second word is the physical address of the payload, a page-aligned buffer within the agreed window. The
 * reply to a long request is long, at the same address, and may fill the pages that the request has begun.
 * Short message: the payload follows, padded with zero bytes to whole words; at most MAILBOX_INLINE_WORDS of them.
 * The original's format has long messages only, no ids and no reply bit: request and reply look alike. Its id is 0, which no
 * other request uses.
 */
#ifndef MAILBOX_MESSAGE_H
#define MAILBOX_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAILBOX_FIFO_WORDS = 8,         /* depth of the hardware's FIFOs, and of ours */
    MAILBOX_INLINE_WORDS = 6,
    MAILBOX_INLINE_MAX = MAILBOX_INLINE_WORDS * 4,
    MAILBOX_MESSAGE_WORDS = 1 + MAILBOX_INLINE_WORDS,   /* fits into an empty FIFO: a message never waits in the middle */
    MAILBOX_PAGE = 4096,
    MAILBOX_ORIGINAL = 0,           /* versions */
    MAILBOX_VERSION = 1,
    MAILBOX_ORIGINAL_ID = 0,
};

struct mailbox_message {
    uint8_t version;
    uint8_t id;
    bool reply;
    bool is_long;
    uint16_t size;                  /* of the payload, bytes */
    uint32_t address;               /* of a long message's payload */
    uint32_t words[MAILBOX_INLINE_WORDS];   /* of a short message's payload, little-endian */
};

/* Physical memory in which the buffers of long messages lie: [base, base + size), page aligned. */
struct mailbox_window {
    uint32_t base;
    uint32_t size;
};

/* What is wrong with a message. */
enum mailbox_fault {
    MAILBOX_FAULT_NONE,
    MAILBOX_FAULT_RESERVED,         /* bits 30..29, or what the original's format does not have */
    MAILBOX_FAULT_VERSION,
    MAILBOX_FAULT_SIZE,             /* short: more than MAILBOX_INLINE_MAX; long: empty, or beyond the end of the window */
    MAILBOX_FAULT_ADDRESS,          /* not page aligned, or outside of the window */
    MAILBOX_FAULTS,
};

/* Words of a message that has not arrived completely. All zeros: at the beginning of a message. */
struct mailbox_decoder {
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    uint8_t have;
    uint8_t want;
};

enum mailbox_progress {
    MAILBOX_MORE,                   /* the message goes on */
    MAILBOX_COMPLETE,               /* *message is whole and well-formed */
    MAILBOX_MALFORMED,              /* refused; the decoder is at the beginning of a message again */
};

/* Whether a payload of `size` bytes at `address` lies within the window; MAILBOX_FAULT_NONE, _SIZE or _ADDRESS. */
enum mailbox_fault mailbox_check_buffer(const struct mailbox_window *window, uint32_t address, uint32_t size);

/* Bytes that the reply to a long request of `size` bytes may have: the pages it has begun, at most what 16 bits hold. */
uint32_t mailbox_reply_room(uint32_t size);

/* The message as words; returns their number. The message must be one that mailbox_feed accepts. */
unsigned mailbox_encode(const struct mailbox_message *message, uint32_t words[MAILBOX_MESSAGE_WORDS]);

/* Takes the next word that has arrived. MAILBOX_MALFORMED: *fault says why, and *message has what of the first word could be read; how
 * many words belong to such a message is not known, so the receiver drops all that has arrived. */
enum mailbox_progress mailbox_feed(struct mailbox_decoder *decoder, const struct mailbox_window *window, uint32_t word,
                                   struct mailbox_message *message, enum mailbox_fault *fault);

#endif
