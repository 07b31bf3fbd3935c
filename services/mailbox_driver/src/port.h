/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/ring.h>

/*
 * The way to the security core: two FIFOs of words, and an interrupt. port_virt.c: rings in memory and doorbells; port_sparrow.c: the mailbox
 * device of the Sparrow chip. Nothing here waits.
 */

/* False: there is no security core; to be asked again. Otherwise both FIFOs are empty, and interrupts come. `life` is not 0 and another
 * one in each life of the driver. */
bool port_start(uint32_t life);

/* Takes notice of the other side. MAILBOX_LINK_NEW: it has started again and knows of no request. */
enum mailbox_link port_look(void);

/* Sends a message, all words or (false) none: there is no room; an interrupt comes when there is. */
bool port_send(const uint32_t *words, unsigned n);

/* Takes a word that has arrived; false: there is none. */
bool port_receive(uint32_t *word);

/* Drops all words that have arrived. */
void port_flush(void);

/* The other side is to look: after sends and receives. */
void port_ring(void);

/* To be called first when the interrupt comes. Returns true when the device reports an error: words are lost in one of the FIFOs, which
 * are empty now. */
bool port_interrupt(void);
