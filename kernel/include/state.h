/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* All state of the kernel that is not in an object. One struct: one base register, and nothing hidden elsewhere. */
#pragma once

#include <api/failures.h>
#include <object/sched_context.h>
#include <object/tcb.h>

#define NUM_PRIOS CONFIG_NUM_PRIORITIES
#define BITMAP_WORDS (NUM_PRIOS / CONFIG_WORD_SIZE)

/* Ready threads of one domain: a bit per priority, a second level with a bit per word of bits, circular queues. The highest
 * priority has the lowest bit: that one is quicker to find. */
struct ready_queues {
    word_t summary;
    word_t bitmap[BITMAP_WORDS];
    tcb_t *head[NUM_PRIOS];
};

/* What sched_finish() has to do. */
enum sched_action { SCHED_KEEP, SCHED_CANDIDATE, SCHED_CHOOSE };

struct domain_slot {
    ticks_t duration; /* 0: end marker */
    word_t domain;
};

struct kernel_state {
    tcb_t *current;          /* first: the trap entry loads it; never NULL, idle thread when nobody can run */
    sched_context_t *sc;     /* of the current thread; being charged */
    tcb_t *candidate;        /* with SCHED_CANDIDATE */
    word_t action;           /* enum sched_action */
    ticks_t now;             /* time of this kernel entry */
    ticks_t charged_until;   /* start of the current SC's uncharged time */
    ticks_t deadline;        /* when budget, domain or a sleeping thread needs attention */
    ticks_t until;           /* the same without the budget: end of the domain or first sleeper */
    ticks_t timer;           /* what the hardware timer is set to; may be earlier than deadline */
    tcb_t *release;          /* threads waiting for budget, by head refill time */
    bool reprogram;          /* deadline has to be computed again */

    struct syscall_error error;
    struct lookup_failure lookup_failure;

    word_t work_units;
    word_t domain;
    word_t domain_index, domain_start;
    ticks_t domain_end;
    struct domain_slot domain_schedule[CONFIG_NUM_DOMAIN_SCHEDULES];

    struct ready_queues ready[CONFIG_NUM_DOMAINS];
#ifdef CONFIG_HAVE_FPU
    tcb_t *fpu_owner;        /* whose floating point registers are in the hart; NULL: nobody's */
#endif
#ifdef CONFIG_DEBUG_BUILD
    tcb_t *all_threads;
#endif
};

extern struct kernel_state ks;
extern tcb_t idle_thread;
