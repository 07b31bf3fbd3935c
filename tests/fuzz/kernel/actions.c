/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "actions.h"

#include "world.h"

enum kind { SYSCALL, INVOKE, EVENT };
enum { EVENT_INTERRUPT, EVENT_FAULT, EVENT_TIME };

/* SYSCALL: system call number, capability, reply object (or destination). INVOKE: capability, label, capabilities and message
 * registers. EVENT: which. */
struct action {
    const char *name;
    enum kind kind;
    sword_t number;
    word_t cptr, reply, label;
    unsigned cap_count, mr_count;
    word_t caps[3], mrs[6];
};

#define SYS(call, cptr, reply) {#call " " #cptr " " #reply, SYSCALL, seL4_Sys##call, cptr, reply, 0, 0, 0, {0}, {0}}
#define DO0(label, cptr) {#label " " #cptr, INVOKE, 0, cptr, 0, label, 0, 0, {0}, {0}}
#define DO1(label, cptr, cap) {#label " " #cptr " " #cap, INVOKE, 0, cptr, 0, label, 1, 0, {cap}, {0}}
#define DOM(label, cptr, cap, ...)                                                                                   \
    {#label " " #cptr " " #cap " " #__VA_ARGS__, INVOKE, 0, cptr, 0, label, 1, sizeof((word_t[]){__VA_ARGS__}) / sizeof(word_t), \
     {cap}, {__VA_ARGS__}}
#define TAKE(label, slot) {#label " " #slot, INVOKE, 0, W_CNODE, 0, label, 0, 2, {0}, {slot, DEPTH}}
#define HAPPEN(what) {#what, EVENT, what, 0, 0, 0, 0, 0, {0}, {0}}

#define A (W_TCB + 0)
#define B (W_TCB + 1)
#define C (W_TCB + 2)
#define D (W_TCB + 3)

static const struct action actions[] = {
    /* messages */
    SYS(Call, W_EP, 0),
    SYS(Call, W_EP_BADGED, 0),
    SYS(Send, W_EP_SEND, 0),
    SYS(NBSend, W_EP, 0),
    SYS(Recv, W_EP, W_REPLY),
    SYS(Recv, W_EP, W_REPLY2),
    SYS(Recv, W_EP2, W_REPLY3),
    SYS(Wait, W_EP, 0),
    SYS(NBRecv, W_EP, W_REPLY),
    SYS(ReplyRecv, W_EP, W_REPLY),
    SYS(ReplyRecv, W_EP, W_REPLY2),
    SYS(NBSendWait, W_EP, W_NTFN),
    SYS(Send, W_REPLY, 0),
    SYS(Call, W_EP2, 0),
    SYS(Yield, 0, 0),
    /* signals */
    SYS(Send, W_NTFN_BADGED, 0),
    SYS(Wait, W_NTFN, 0),
    SYS(NBWait, W_NTFN, 0),
    SYS(Wait, W_NTFN2, 0),
    /* threads */
    DO0(TCBSuspend, A), DO0(TCBSuspend, D), DO0(TCBResume, A), DO0(TCBResume, C), DO0(TCBResume, D),
    DO1(TCBBindNotification, D, W_NTFN), DO0(TCBUnbindNotification, D),
    DOM(TCBSetPriority, A, B, 110), DOM(TCBSetPriority, D, B, 255),
    DOM(DomainSetSet, W_DOMAIN, C, 1),
    /* time */
    DO1(SchedContextBind, W_SC, W_NTFN), DO1(SchedContextBind, W_SC, D), DO0(SchedContextUnbind, W_SC), DO0(SchedContextUnbind, W_SC + 1),
    DO1(SchedContextUnbindObject, W_SC, A), DO0(SchedContextYieldTo, W_SC), DO0(SchedContextYieldTo, W_SC + 2),
    DOM(SchedControlConfigureFlags, W_SCHED_CONTROL, W_SC, 20, 100, 0, 0, 0),
    /* capabilities */
    TAKE(CNodeDelete, A), TAKE(CNodeDelete, D), TAKE(CNodeDelete, W_EP), TAKE(CNodeDelete, W_REPLY), TAKE(CNodeDelete, W_REPLY2),
    TAKE(CNodeDelete, W_SC), TAKE(CNodeDelete, W_NTFN), TAKE(CNodeDelete, W_CNODE), TAKE(CNodeDelete, W_VSPACE2),
    TAKE(CNodeDelete, W_IRQ_HANDLER), TAKE(CNodeDelete, W_FREE),
    TAKE(CNodeRevoke, W_EP), TAKE(CNodeRevoke, W_NTFN), TAKE(CNodeRevoke, W_UNTYPED), TAKE(CNodeCancelBadgedSends, W_EP_BADGED),
    DOM(CNodeCopy, W_CNODE, W_CNODE, W_FREE, DEPTH, W_REPLY, DEPTH, RIGHT_ALL),
    DOM(CNodeMove, W_CNODE, W_CNODE, W_FREE, DEPTH, A, DEPTH),
    DOM(UntypedRetype, W_UNTYPED, W_CNODE, seL4_TCBObject, 0, 0, 0, W_FREE, 1),
    DOM(UntypedRetype, W_UNTYPED, W_CNODE, seL4_CapTableObject, 2, 0, 0, W_FREE, 1),
    DO1(IRQSetIRQHandler, W_IRQ_HANDLER, W_NTFN),
    /* from outside */
    HAPPEN(EVENT_INTERRUPT), HAPPEN(EVENT_FAULT), HAPPEN(EVENT_TIME),
};
const unsigned action_count = sizeof actions / sizeof *actions;

const char *action_name(unsigned action) { return actions[action].name; }

bool action_destroys(unsigned action)
{
    const struct action *a = &actions[action];
    return a->kind == INVOKE && (a->label == CNodeDelete || a->label == CNodeRevoke || a->label == CNodeMove || a->label == TCBSuspend ||
                                 a->label == SchedContextUnbind || a->label == SchedContextUnbindObject);
}

void action_wake(unsigned which)
{
    tcb_t *t = ks.all_threads;

    while (which-- % 8 != 0 && t->debug_next != NULL)
        t = t->debug_next;
    tcb_restart(t);
    host_interrupt();
}

bool action_is_ipc(unsigned action) { return actions[action].kind == SYSCALL; }

bool action_possible(unsigned action)
{
    return host_state == HOST_USER || (actions[action].kind == EVENT && actions[action].number != EVENT_FAULT);
}

static void happen(sword_t what)
{
    switch (what) {
    case EVENT_INTERRUPT:
        host_line(WORLD_IRQ, true);
        host_interrupt();
        host_line(WORLD_IRQ, false);
        break;
    case EVENT_FAULT:
        host_exception(EXC_LOAD_PAGE_FAULT, WORLD_VADDR);
        break;
    default:
        if (host.timer != UINT64_MAX && host.timer < (ticks_t)1 << 50 && host.timer > host.time)
            host.time = host.timer;
        host_interrupt();
    }
}

static bool restarted(const tcb_t *self)
{
    const word_t *reg = ks.current->context.reg;
    return host_state == HOST_USER && ks.current == self && reg[REG_NEXT_PC] == reg[REG_PC];
}

static void clear(word_t *words, word_t count)
{
    for (word_t i = 0; i < count; i++)
        words[i] = 0;
}

/* A fault's record is as long as the longest kind of fault: the rest of it is whatever was on the kernel's stack. */
static void forget_fault(tcb_t *t)
{
    struct fault fault = t->fault;

    clear((word_t *)&t->fault, sizeof fault / sizeof(word_t));
    if (fault.type == seL4_Fault_NullFault)
        return;
    t->fault.type = fault.type;
    if (fault.type == seL4_Fault_VMFault)
        t->fault.u.vm = fault.u.vm;
    else if (fault.type == seL4_Fault_CapFault)
        t->fault.u.cap = fault.u.cap;
    else
        t->fault.u.user.number = fault.u.user.number;
}

/* Forgets what cannot matter any more, so that states that behave alike are alike: every action sets the registers it needs, so those of a
 * thread that is not in the middle of a system call are free, and where in its program a thread is never matters. */
static void forget(tcb_t *t)
{
    word_t *reg = t->context.reg;
    bool again = reg[REG_NEXT_PC] == reg[REG_PC], runs = t->state == THREAD_RUNNING && !again;

    if (runs) {
        clear(reg, REG_COUNT);
        if (tcb_ipc_buffer(t, true) != NULL)
            clear(tcb_ipc_buffer(t, true), BIT(seL4_IPCBufferSizeBits) / sizeof(word_t));
    }
    reg[REG_PC] = 0x1000;
    reg[REG_NEXT_PC] = again ? 0x1000 : 0x1004;
    forget_fault(t);
}

static void forget_all(void)
{
    for (tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        forget(t);
    ks.error = (struct syscall_error){0};
    ks.lookup_failure = (struct lookup_failure){0};
    ks.work_units = 0;
}

static void act(unsigned action)
{
    const struct action *a = &actions[action];
    const tcb_t *self = ks.current;

    switch (a->kind) {
    case EVENT:
        happen(a->number);
        return;
    case INVOKE:
        put_message(a->cptr, a->label, a->caps, a->cap_count, a->mrs, a->mr_count);
        host_syscall(seL4_SysCall);
        break;
    default:
        put_message(a->cptr, 7, NONE, WORDS(1, 2));
        ks.current->context.reg[REG_REPLY] = a->reply;
        host_syscall(a->number);
    }
    for (int i = 0; i < 3 && restarted(self); i++)
        host_ecall();
}

void action_do(unsigned action)
{
    act(action);
    forget_all();
}
