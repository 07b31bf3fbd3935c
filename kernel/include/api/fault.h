/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Faults become messages to the thread's handler, and replies to them become registers. */
#pragma once

#include <object/tcb.h>

/* t->fault is set: sends it to the fault handler, or stops the thread (message in debug builds). t is current. */
void fault_raise(tcb_t *t);
/* Timeout fault of a thread that has a timeout handler. */
void fault_raise_timeout(tcb_t *t);
/* Writes the message of sender's fault to receiver (at delivery time); returns its message info word. */
word_t fault_message(const tcb_t *sender, tcb_t *receiver);
/* Applies the reply in `sender`'s registers to the faulting thread; true: restart it, false: it stays INACTIVE. */
bool fault_reply(tcb_t *faulter, const tcb_t *sender);
/* Prints a fault nobody handles. */
void fault_print(const tcb_t *t);
