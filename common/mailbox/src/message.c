/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <mailbox/message.h>

#include <string.h>

#define BIT_LONG (1u << 31)
#define BITS_RESERVED (3u << 29)
#define BIT_REPLY (1u << 28)
#define VERSION_SHIFT 24
#define ID_SHIFT 16
#define SIZE_MASK 0xffffu

enum mailbox_fault mailbox_check_buffer(const struct mailbox_window *window, uint32_t address, uint32_t size)
{
    if (address % MAILBOX_PAGE != 0 || address < window->base || address - window->base >= window->size) {
        return MAILBOX_FAULT_ADDRESS;
    }
    if (size == 0 || size > SIZE_MASK || size > window->size - (address - window->base)) {
        return MAILBOX_FAULT_SIZE;
    }
    return MAILBOX_FAULT_NONE;
}

uint32_t mailbox_reply_room(uint32_t size)
{
    uint32_t pages = (size + MAILBOX_PAGE - 1) / MAILBOX_PAGE * MAILBOX_PAGE;
    return pages <= SIZE_MASK ? pages : SIZE_MASK;
}

static unsigned payload_words(const struct mailbox_message *message)
{
    return message->is_long ? 1u : (message->size + 3u) / 4u;
}

unsigned mailbox_encode(const struct mailbox_message *message, uint32_t words[MAILBOX_MESSAGE_WORDS])
{
    unsigned payload = payload_words(message);
    words[0] = (message->is_long ? BIT_LONG : 0) | (message->reply ? BIT_REPLY : 0) | (uint32_t)message->version << VERSION_SHIFT |
               (uint32_t)message->id << ID_SHIFT | message->size;
    if (message->is_long) {
        words[1] = message->address;
    } else {
        memcpy(words + 1, message->words, payload * sizeof(uint32_t));
    }
    return 1 + payload;
}

/* The first word: everything that can be said before the others have come. */
static enum mailbox_fault read_header(uint32_t word, struct mailbox_message *message)
{
    *message = (struct mailbox_message){
        .version = word >> VERSION_SHIFT & 0xf,
        .id = word >> ID_SHIFT & 0xff,
        .reply = (word & BIT_REPLY) != 0,
        .is_long = (word & BIT_LONG) != 0,
        .size = (uint16_t)(word & SIZE_MASK),
    };
    if (word & BITS_RESERVED) {
        return MAILBOX_FAULT_RESERVED;
    }
    if (message->version > MAILBOX_VERSION) {
        return MAILBOX_FAULT_VERSION;
    }
    if (message->version == MAILBOX_ORIGINAL && (message->id != MAILBOX_ORIGINAL_ID || message->reply || !message->is_long)) {
        return MAILBOX_FAULT_RESERVED;
    }
    if (message->is_long ? message->size == 0 : message->size > MAILBOX_INLINE_MAX) {
        return MAILBOX_FAULT_SIZE;
    }
    return MAILBOX_FAULT_NONE;
}

static enum mailbox_fault read_rest(const struct mailbox_decoder *decoder, const struct mailbox_window *window,
                                    struct mailbox_message *message)
{
    if (message->is_long) {
        message->address = decoder->words[1];
        return mailbox_check_buffer(window, message->address, message->size);
    }
    memcpy(message->words, decoder->words + 1, (decoder->want - 1u) * sizeof(uint32_t));
    return MAILBOX_FAULT_NONE;
}

enum mailbox_progress mailbox_feed(struct mailbox_decoder *decoder, const struct mailbox_window *window, uint32_t word,
                                   struct mailbox_message *message, enum mailbox_fault *fault)
{
    decoder->words[decoder->have++] = word;
    *fault = read_header(decoder->words[0], message);
    if (decoder->have == 1 && *fault == MAILBOX_FAULT_NONE) {
        decoder->want = (uint8_t)(1 + payload_words(message));
    }
    if (*fault == MAILBOX_FAULT_NONE && decoder->have < decoder->want) {
        return MAILBOX_MORE;
    }
    if (*fault == MAILBOX_FAULT_NONE) {
        *fault = read_rest(decoder, window, message);
    }
    decoder->have = decoder->want = 0;
    return *fault == MAILBOX_FAULT_NONE ? MAILBOX_COMPLETE : MAILBOX_MALFORMED;
}
