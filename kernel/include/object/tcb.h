/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Threads. */
#pragma once

#include <api/failures.h>
#include <arch/context.h>
#include <object/slot.h>

struct endpoint;
struct notification;
struct reply;
struct sched_context;
struct tcb;
struct invocation;

typedef struct tcb tcb_t;

/* The two runnable states come last: runnable == state >= THREAD_RUNNING. */
enum thread_state {
    THREAD_INACTIVE,
    THREAD_BLOCKED_RECV,  /* in an endpoint's queue, receiving */
    THREAD_BLOCKED_SEND,  /* in an endpoint's queue, sending (or its fault is) */
    THREAD_BLOCKED_REPLY, /* called, waits for the reply through `reply` */
    THREAD_BLOCKED_NTFN,  /* in a notification's queue */
    THREAD_IDLE,          /* the idle thread: never in a queue */
    THREAD_RUNNING,       /* continues at next_pc */
    THREAD_RESTART,       /* (re-)executes the instruction at pc */
};

/* Which queue the links of a thread belong to. */
enum thread_queue { QUEUE_NONE, QUEUE_READY, QUEUE_RELEASE, QUEUE_IPC };

/* Internal slots, in the order in which they are deleted from the top. */
enum tcb_slot { TCB_CSPACE, TCB_VSPACE, TCB_BUFFER, TCB_FAULT_HANDLER, TCB_TIMEOUT_HANDLER, TCB_SLOTS };

struct fault {
    word_t type; /* seL4_Fault_*; NullFault: none pending */
    union {
        struct {
            word_t address;
            word_t in_receive;
            struct lookup_failure lookup;
        } cap;
        struct {
            word_t address, fsr, prefetch;
        } vm;
        struct {
            word_t number, code;
        } user;
        word_t syscall;
        word_t badge; /* timeout */
        word_t word[3];
    } u;
};

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
/* Processor time of a thread, in cycles. */
struct utilisation {
    uint64_t cycles, schedules, kernel_cycles, kernel_entries;
    uint64_t since; /* when it began to run */
};
#endif

struct tcb {
    user_context_t context; /* first: the trap entry finds it at the thread's own address */

    uint8_t state;     /* enum thread_state */
    uint8_t queue;     /* enum thread_queue */
    uint8_t prio, mcp;
    uint8_t domain;
    uint8_t flags;     /* seL4_TCBFlag */
    uint8_t is_call;      /* SEND-BLOCKED: with Call (or a fault) */
    uint8_t send_rights;  /* SEND-BLOCKED: rights of the endpoint cap (RIGHT_*), of interest Grant and GrantReply */

    struct sched_context *sc;       /* NULL: passive */
    tcb_t *next, *prev;             /* circular links in the queue named by `queue` */
    union {
        struct endpoint *endpoint;  /* RECV- and SEND-BLOCKED */
        struct notification *ntfn;  /* NTFN-BLOCKED */
    } blocked_on;
    word_t badge;                   /* SEND-BLOCKED: of the cap sent through */
    struct reply *reply;            /* RECV-BLOCKED: passed to Recv, may be NULL; REPLY-BLOCKED: waited on */
    struct notification *bound_ntfn;
    struct sched_context *yield_to; /* SC that this thread yielded to and whose time it still waits for */
    word_t ipc_buffer;              /* user address of the IPC buffer */
    struct fault fault;

    slot_t slots[TCB_SLOTS];
#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
    struct utilisation used;
#endif
#ifdef CONFIG_DEBUG_BUILD
    tcb_t *debug_next, *debug_prev; /* all threads */
    char name[32];
#endif
};

_Static_assert(offsetof(struct tcb, context) == 0, "the trap entry relies on it");
_Static_assert(sizeof(struct tcb) <= BIT(seL4_TCBBits), "TCB size is part of the ABI");
#define TCB_KIND 63u /* zombie kind of a TCB: its slots are deleted like a CNode's */

INLINE bool tcb_is_runnable(const tcb_t *t) { return t->state >= THREAD_RUNNING; }
INLINE bool tcb_is_blocked(const tcb_t *t) { return t->state >= THREAD_BLOCKED_RECV && t->state <= THREAD_BLOCKED_NTFN; }
INLINE tcb_t *tcb_of_cap(cap_t cap) { return (tcb_t *)thread_cap_ptr(cap); }

outcome_t tcb_decode(struct invocation *inv);
outcome_t domain_decode(struct invocation *inv);
/* Parts of tcb_decode(). */
outcome_t tcb_decode_read_registers(struct invocation *inv, tcb_t *t);
outcome_t tcb_decode_write_registers(struct invocation *inv, tcb_t *t);
outcome_t tcb_decode_copy_registers(struct invocation *inv, tcb_t *t);

/* Stops a thread: cancels what it waits for, forgets fault and yield; INACTIVE. */
void tcb_suspend(tcb_t *t);
/* Starts an INACTIVE or blocked thread again at its restart pc; no effect on a runnable one. */
void tcb_restart(tcb_t *t);
/* Takes the thread out of whatever IPC it is in (queues, reply object) and makes it INACTIVE. */
void tcb_cancel_ipc(tcb_t *t);
/* Changes the priority, re-queueing a ready or queued thread (sel4-abi.md 6.5). */
void tcb_set_priority(tcb_t *t, word_t prio);
/* True for a null cap or an endpoint cap that may carry faults: Write and (Grant or GrantReply). */
bool cap_is_valid_handler(cap_t cap);
/* The thread's IPC buffer in kernel memory or NULL; with `writable` only if the kernel may write replies into it. */
word_t *tcb_ipc_buffer(const tcb_t *t, bool writable);
/* Called for a fresh (zeroed) TCB: domain, debug list. */
void tcb_init(tcb_t *t);
/* Called for a dying TCB: leaves the debug list. */
void tcb_forget(tcb_t *t);
/* Sets the debug name (no effect in release builds); copies at most 31 characters. */
void tcb_set_name(tcb_t *t, const char *name);
