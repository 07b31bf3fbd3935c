/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Interrupts as capabilities. */
#pragma once

#include <api/invocation.h>
#include <object/slot.h>

outcome_t irq_control_decode(struct invocation *inv);
outcome_t irq_handler_decode(struct invocation *inv);
/* Checks shared by IRQControl_Get and the architecture's GetTrigger, then makes the handler: dest is described by index, depth
 * and extra capability 1. The caller has checked the message's size. */
outcome_t irq_issue_handler(struct invocation *inv, word_t irq, word_t index, word_t depth);
/* An interrupt other than the timer's arrived: signals the bound notification; nobody bound: completed and dropped. */
void irq_deliver(word_t irq);
/* The last handler cap is going: unbinds the notification and masks the source. */
void irq_finalise(word_t irq);
/* The last handler cap is gone: the number is available again. */
void irq_release(word_t irq);
/* Boot: all sources unused. */
void irq_init(void);
