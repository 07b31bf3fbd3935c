/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Threads and scheduling contexts. */
#include <model/model.h>

seL4_Error model_sc_configure(seL4_CPtr sched_control, seL4_CPtr sc, const struct model_sc *p)
{
    return seL4_SchedControl_Configure(sched_control, sc, p->budget_us, p->period_us, p->extra_refills, p->badge);
}

static seL4_Error write_registers(seL4_CPtr tcb, const struct model_tcb *t)
{
    seL4_UserContext context = { .pc = t->pc, .sp = t->sp };
    context.a0 = t->args[0];
    context.a1 = t->args[1];
    context.a2 = t->args[2];
    context.a3 = t->args[3];
    return seL4_TCB_WriteRegisters(tcb, 0, 0, seL4_UserContextWords, &context);
}

/* What only some threads have. */
static seL4_Error bind_extras(seL4_CPtr tcb, const struct model_tcb *t)
{
    seL4_Error error = seL4_NoError;
    if (t->timeout_ep) {
        error = seL4_TCB_SetTimeoutEndpoint(tcb, t->timeout_ep);
    }
    if (!error && t->notification) {
        error = seL4_TCB_BindNotification(tcb, t->notification);
    }
    return error;
}

seL4_Error model_tcb_configure(seL4_CPtr tcb, const struct model_tcb *t)
{
    seL4_Error error = seL4_TCB_Configure(tcb, t->cspace, t->cspace_guard, t->vspace, 0, t->ipc_buffer, t->ipc_frame);
    if (!error) {
        error = seL4_TCB_SetSchedParams(tcb, t->authority, t->mcp, t->priority, t->sc, t->fault_ep);
    }
    if (!error) {
        error = bind_extras(tcb, t);
    }
    return error ? error : write_registers(tcb, t);
}
