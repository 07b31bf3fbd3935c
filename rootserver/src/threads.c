/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Scheduling contexts, threads and interrupts. */

#include "rootserver.h"

#include <model/model.h>

typedef void (*visitor_t)(const struct capdl_object *object, seL4_CPtr cptr);

/* Calls visit for every object of a type, in the order of the specification. */
static void for_each(unsigned type, visitor_t visit)
{
    for (unsigned i = 0; i < rs.spec.header->object_count; i++) {
        const struct capdl_object *object = &rs.spec.objects[i];
        if (object->type == type) {
            visit(object, object_slot(object, 0));
        }
    }
}

/* Copy of a content's target with the content's rights and badge, in a temporary slot. */
static seL4_CPtr mint_temporary(const struct capdl_object *object, const struct capdl_cap *cap)
{
    seL4_SlotPos slot = take_slot(object, 0);
    check(model_cap_mint(ROOT, slot, ROOT, cap_target(cap, 0), cap->flags & CAPDL_RIGHTS_MASK, cap->data), cap_object(cap), cap->offset,
          "cannot be minted");
    return slot;
}

static void drop_temporaries(const struct capdl_object *object, seL4_SlotPos first)
{
    while (rs.next_free > first) {
        check(model_cap_delete(ROOT, --rs.next_free), object, 0, "temporary capability cannot be deleted");
    }
}

static void configure_interrupt(const struct capdl_object *irq, seL4_CPtr handler)
{
    const struct capdl_cap *cap = capdl_content(&rs.spec, irq, 0);
    seL4_SlotPos first = rs.next_free;
    if (cap) {
        check(seL4_IRQHandler_SetNotification(handler, mint_temporary(irq, cap)), irq, 0, "cannot be bound to its notification");
        drop_temporaries(irq, first);
    }
}

void configure_interrupts(void) { for_each(CAPDL_INTERRUPT, configure_interrupt); }

static void configure_sc(const struct capdl_object *object, seL4_CPtr sc)
{
    const struct capdl_sc *from = &rs.spec.scs[object->data];
    check(seL4_SchedControl_ConfigureFlags(rs.info->schedcontrol.start, sc, from->budget_us, from->period_us, from->extra_refills, from->badge, from->flags),
          object, 0, "cannot be configured");
}

/* Slot of the object in a TCB slot, 0 if there is none. */
static seL4_CPtr content(const struct capdl_object *tcb, unsigned slot)
{
    const struct capdl_cap *cap = capdl_content(&rs.spec, tcb, slot);
    return cap ? cap_target(cap, 0) : 0;
}

static seL4_CPtr handler(const struct capdl_object *tcb, unsigned slot)
{
    const struct capdl_cap *cap = capdl_content(&rs.spec, tcb, slot);
    return cap ? mint_temporary(tcb, cap) : 0;
}

#ifdef CONFIG_DEBUG_BUILD
/* The thread is named after its component: the object's name without "_tcb". */
static void name_thread(const struct capdl_object *object, seL4_CPtr tcb)
{
    const char *from = capdl_name(&rs.spec, object);
    char name[32];
    unsigned n = 0;
    while (n < sizeof(name) - 1 && from[n] && !(from[n] == '_' && from[n + 1] == 't' && from[n + 2] == 'c')) {
        name[n] = from[n];
        n++;
    }
    name[n] = '\0';
    seL4_DebugNameThread(tcb, name);
}
#else
#define name_thread(object, tcb) ((void)0)
#endif

static void configure_thread(const struct capdl_object *object, seL4_CPtr tcb)
{
    const struct capdl_tcb *from = &rs.spec.tcbs[object->data];
    const struct capdl_cap *cspace = capdl_content(&rs.spec, object, CAPDL_TCB_CSPACE);
    seL4_SlotPos first = rs.next_free;
    struct model_tcb thread = {
        .cspace = cspace ? cap_target(cspace, 0) : 0,
        .cspace_guard = cspace ? cspace->data : 0,
        .vspace = content(object, CAPDL_TCB_VSPACE),
        .ipc_frame = content(object, CAPDL_TCB_IPC_BUFFER),
        .ipc_buffer = from->ipc_buffer,
        .authority = seL4_CapInitThreadTCB,
        .sc = content(object, CAPDL_TCB_SCHED_CONTEXT),
        .notification = content(object, CAPDL_TCB_BOUND_NOTIFICATION),
        .fault_ep = handler(object, CAPDL_TCB_FAULT_ENDPOINT),
        .timeout_ep = handler(object, CAPDL_TCB_TIMEOUT_ENDPOINT),
        .priority = from->priority,
        .mcp = from->max_priority,
        .pc = from->pc,
        .sp = from->sp,
        .args = { from->arg },
    };
    check(model_tcb_configure(tcb, &thread), object, 0, "cannot be configured");
    drop_temporaries(object, first);
    name_thread(object, tcb);
}

void configure_threads(void)
{
    for_each(CAPDL_SCHED_CONTEXT, configure_sc);
    for_each(CAPDL_TCB, configure_thread);
}

static void resume(const struct capdl_object *object, seL4_CPtr tcb)
{
    if (rs.spec.tcbs[object->data].resume) {
        check(seL4_TCB_Resume(tcb), object, 0, "cannot be started");
    }
}

void resume_threads(void) { for_each(CAPDL_TCB, resume); }
