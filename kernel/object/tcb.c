// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Threads: stopping, starting, priorities.
#include <object/tcb.h>

#include <arch.h>
#include <debug/debug.h>
#include <object/cap.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <sched/sched.h>

void tcb_init(tcb_t *t)
{
    arch_init_context(&t->context);
    t->domain = (uint8_t)ks.domain;
#ifdef CONFIG_DEBUG_BUILD
    t->debug_next = ks.all_threads;
    if (ks.all_threads != NULL)
        ks.all_threads->debug_prev = t;
    ks.all_threads = t;
    tcb_set_name(t, "child");
#endif
}

void tcb_forget(tcb_t *t)
{
#ifdef CONFIG_DEBUG_BUILD
    if (t->debug_next != NULL)
        t->debug_next->debug_prev = t->debug_prev;
    if (t->debug_prev != NULL)
        t->debug_prev->debug_next = t->debug_next;
    else
        ks.all_threads = t->debug_next;
#else
    (void)t;
#endif
}

void tcb_set_name(tcb_t *t, const char *name)
{
#ifdef CONFIG_DEBUG_BUILD
    unsigned i;
    for (i = 0; i < sizeof t->name - 1 && name[i] != '\0'; i++)
        t->name[i] = name[i];
    t->name[i] = '\0';
#else
    (void)t;
    (void)name;
#endif
}

bool cap_is_valid_handler(cap_t cap)
{
    if (!cap_is_endpoint(cap))
        return cap_is_null(cap);
    word_t rights = endpoint_cap_rights(cap);
    return (rights & RIGHT_WRITE) && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

void tcb_cancel_ipc(tcb_t *t)
{
    t->fault.type = seL4_Fault_NullFault;
    switch (t->state) {
    case THREAD_BLOCKED_RECV:
        reply_unlink_receiver(t);
        endpoint_remove(t);
        break;
    case THREAD_BLOCKED_SEND:
        endpoint_remove(t);
        break;
    case THREAD_BLOCKED_NTFN:
        notification_remove(t);
        break;
    case THREAD_BLOCKED_REPLY:
        reply_cancel_caller(t);
        break;
    default:
        return;
    }
    t->state = THREAD_INACTIVE;
}

void tcb_suspend(tcb_t *t)
{
    tcb_cancel_ipc(t);
    // What it has finished must not be done again when it is resumed.
    if (t->state == THREAD_RUNNING)
        t->context.reg[REG_PC] = t->context.reg[REG_NEXT_PC];
    t->state = THREAD_INACTIVE;
    sched_dequeue(t);
    sc_cancel_yield(t);
}

void tcb_restart(tcb_t *t)
{
    if (tcb_is_runnable(t))
        return;
    tcb_cancel_ipc(t);
    t->state = THREAD_RESTART;
    sched_wake(t);
}

void tcb_set_priority(tcb_t *t, word_t prio)
{
    bool ready = t->queue == QUEUE_READY;
    if (ready)
        sched_dequeue(t);
    t->prio = (uint8_t)prio;
    if (ready)
        sched_enqueue_head(t);
    if (ready || t == ks.current)
        sched_reschedule();
    else if (t->state == THREAD_BLOCKED_RECV || t->state == THREAD_BLOCKED_SEND)
        endpoint_reorder(t);
    else if (t->state == THREAD_BLOCKED_NTFN)
        notification_reorder(t);
}

word_t *tcb_ipc_buffer(const tcb_t *t, bool writable)
{
    cap_t cap = t->slots[TCB_BUFFER].cap;
    if (!cap_is_frame(cap))
        return NULL;
    word_t rights = frame_cap_rights(cap);
    if (writable ? rights != (RIGHT_READ | RIGHT_WRITE) : !(rights & RIGHT_READ))
        return NULL;
    word_t offset = t->ipc_buffer & MASK(arch_frame_bits(cap));
    return arch_kernel_pointer(frame_cap_base(cap) + offset);
}
