/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * Port of the Sparrow chip: its mailbox device. What the original's driver did otherwise: it waited in loops while a FIFO was full or empty, kept a
 * lock while it waited, and left the error interrupt off. Here a message that does not fit goes on when there is room (an answer has
 * come, or a tick): the device has no interrupt for that, its write threshold tells the opposite.
 */

#include "port.h"
#include "sparrow_mailbox.h"

#include <string.h>

/* The rest of the message that is being sent. */
static struct {
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    unsigned at;
    unsigned n;
} sending;

static void send_rest(void)
{
    while (sending.at < sending.n && !(mailbox_register_read(MBOX_STATUS) & STATUS_FULL)) {
        mailbox_register_write(MBOX_MBOXW, sending.words[sending.at++]);
    }
}

/* Errors, and whatever state the last life has left. */
static void flush_both(void)
{
    sending.at = sending.n = 0;
    mailbox_register_write(MBOX_CTRL, CTRL_FLUSH_WRITE | CTRL_FLUSH_READ);
}

bool port_start(uint32_t life)
{
    (void)life;
    mailbox_register_write(MBOX_INTR_ENABLE, 0);
    flush_both();
    mailbox_register_write(MBOX_RIRQT, 0);      /* any word */
    mailbox_register_write(MBOX_WIRQT, MAILBOX_FIFO_WORDS);
    mailbox_register_write(MBOX_INTR_STATE, INTR_ALL);
    mailbox_register_write(MBOX_INTR_ENABLE, INTR_READ_THRESHOLD | INTR_ERROR);
    return true;
}

enum mailbox_link port_look(void)
{
    send_rest();
    return MAILBOX_LINK_UP;
}

bool port_send(const uint32_t *words, unsigned n)
{
    send_rest();
    if (sending.at < sending.n) {
        return false;
    }
    memcpy(sending.words, words, n * sizeof *words);
    sending.at = 0;
    sending.n = n;
    send_rest();
    return true;
}

bool port_receive(uint32_t *word)
{
    if (mailbox_register_read(MBOX_STATUS) & STATUS_EMPTY) {
        return false;
    }
    *word = mailbox_register_read(MBOX_MBOXR);
    return true;
}

void port_flush(void)
{
    mailbox_register_write(MBOX_CTRL, CTRL_FLUSH_READ);
}

void port_ring(void)
{
    /* the device does that with each word */
}

/* State is cleared before anything is taken out: a word that comes behind that raises it again. */
bool port_interrupt(void)
{
    uint32_t state = mailbox_register_read(MBOX_INTR_STATE);
    mailbox_register_write(MBOX_INTR_STATE, state);
    if (!(state & INTR_ERROR)) {
        return false;
    }
    (void)mailbox_register_read(MBOX_ERROR);
    flush_both();
    return true;
}
