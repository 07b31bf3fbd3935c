/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#define WORLD_BITS 17u   /* of the memory that everything is made of */
#define NODE 200u        /* the CNode's slot in the root task's CSpace */
#define MEMORY 201u
#define SCRATCH 202u     /* first of the slots in which objects are made before they move */

struct world_memory world_memory;

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "the world cannot be made: %s\n", what);
        exit(2);
    }
}

static void give(word_t slot, word_t label, word_t from)
{
    must(call(NODE, label, WORDS(seL4_CapInitThreadCNode), WORDS(slot, WORLD_RADIX, from, DEPTH, RIGHT_ALL)) == 0, "give");
}
static void give_copy(word_t slot, word_t from) { give(slot, CNodeCopy, from); }
static void give_last(word_t slot, word_t from) { give(slot, CNodeMove, from); }

static void make(word_t slot, word_t type, word_t size_bits)
{
    must(call(MEMORY, UntypedRetype, WORDS(NODE), WORDS(type, size_bits, 0, 0, slot, 1)) == 0, "make");
}

/* Invokes one of the world's capabilities through a copy: the root task's CSpace does not reach them. */
static word_t use(word_t slot, word_t at)
{
    must(call(seL4_CapInitThreadCNode, CNodeCopy, WORDS(NODE), WORDS(at, DEPTH, slot, WORLD_RADIX, RIGHT_ALL)) == 0, "use");
    return at;
}
static void done(word_t at) { must(delete_cap(at) == 0, "done"); }

static void make_badged(word_t slot, word_t from, word_t rights, word_t badge)
{
    must(call(NODE, CNodeMint, WORDS(NODE), WORDS(slot, WORLD_RADIX, from, WORLD_RADIX, rights, badge)) == 0, "badge");
}

static const struct {
    word_t prio, budget, period;
} plans[WORLD_THREADS] = {{100, 10000, 20000}, {100, 5000, 5000}, {110, 1000, 10000}, {90, 0, 0}};

static void set_root_priority(word_t prio)
{
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(prio));
}

/* A passive server: it runs once on a scheduling context of its own, waits for calls, and loses the context. */
static void start_server(word_t tcb, word_t sc)
{
    const tcb_t *root = ks.current;

    must(call(sched_control(), SchedControlConfigureFlags, WORDS(sc), WORDS(10000, 10000, 0, 0, 0)) == 0, "server time");
    must(call(sc, SchedContextBind, WORDS(tcb), NONE) == 0, "server SC");
    must(start_thread(tcb) == 0, "server");
    set_root_priority(1);
    must(ks.current != root, "the server runs");
    syscall_with(seL4_SysRecv, W_EP, 0, W_REPLY);
    must(ks.current == root && info() == 0, "the server waits");
    set_root_priority(seL4_MaxPrio);
    must(call(sc, SchedContextUnbind, NONE, NONE) == 0, "the server is passive");
}

static void make_thread_of_world(word_t n, bool tiny)
{
    make(W_TCB + n, seL4_TCBObject, 0);
    make(W_BUFFER + n, seL4_RISCV_4K_Page, 0);
    make(W_SC + n, seL4_SchedContextObject, 8);
    word_t tcb = use(W_TCB + n, SCRATCH), frame = use(W_BUFFER + n, SCRATCH + 1), sc = use(W_SC + n, SCRATCH + 2);
    word_t ep = use(W_EP2, SCRATCH + 3), long_time = 1000000000;
    word_t guard = (word_t)(WORD_BITS - WORLD_RADIX);
    must(call(tcb, TCBConfigure, WORDS(NODE, seL4_CapInitThreadVSpace, frame), WORDS(guard, 0, WORLD_VADDR + (n + 8) * 4096)) == 0,
         "configure");
    must(call(tcb, TCBSetMCPriority, WORDS(seL4_CapInitThreadTCB), WORDS(seL4_MaxPrio)) == 0, "mcp");
    if (plans[n].budget != 0) {
        word_t budget = tiny ? long_time : plans[n].budget, period = tiny ? 2 * long_time : plans[n].period;
        must(call(sched_control(), SchedControlConfigureFlags, WORDS(sc), WORDS(budget, period, n, n, n == 2)) == 0, "time");
        must(call(tcb, TCBSetSchedParams, WORDS(seL4_CapInitThreadTCB, sc, ep), WORDS(seL4_MaxPrio, plans[n].prio)) == 0, "parameters");
    } else {
        must(call(tcb, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(plans[n].prio)) == 0, "priority");
    }
    if (n == 2)
        must(call(tcb, TCBSetTimeoutEndpoint, WORDS(ep), NONE) == 0, "timeout handler");
    if (plans[n].budget == 0)
        start_server(tcb, sc);
    else
        must(start_thread(tcb) == 0, "start");
    for (word_t i = 0; i < 4; i++)
        done(SCRATCH + i);
}

static void make_ipc_objects(void)
{
    make(W_EP, seL4_EndpointObject, 0);
    make(W_EP2, seL4_EndpointObject, 0);
    make_badged(W_EP_BADGED, W_EP, RIGHT_ALL, 5);
    make_badged(W_EP_SEND, W_EP, RIGHT_WRITE | RIGHT_GRANT_REPLY, 6);
    make(W_NTFN, seL4_NotificationObject, 0);
    make(W_NTFN2, seL4_NotificationObject, 0);
    make_badged(W_NTFN_BADGED, W_NTFN, RIGHT_ALL, 2);
    for (word_t i = W_REPLY; i <= W_REPLY3; i++)
        make(i, seL4_ReplyObject, 0);
    make(W_SPARE_SC, seL4_SchedContextObject, 7);
}

static void make_memory_objects(void)
{
    make(W_UNTYPED, seL4_UntypedObject, 13);
    make(W_UNTYPED_PAGE, seL4_UntypedObject, 12);
    make(W_UNTYPED_SMALL, seL4_UntypedObject, 10);
    make(W_FRAME, seL4_RISCV_4K_Page, 0);
    make(W_SMALL_CNODE, seL4_CapTableObject, 2);
    must(retype(boot_device_untyped(30), seL4_RISCV_4K_Page, 0, SCRATCH, 1) == 0, "device frame");
    give_last(W_DEVICE_FRAME, SCRATCH);
    give_last(W_DEVICE_UNTYPED, boot_device_untyped(12));
    give_last(W_GIGA_UNTYPED, boot_device_untyped(30));
}

static void make_vspaces(void)
{
    make(W_VSPACE2, seL4_RISCV_PageTableObject, 0);
    make(W_TABLE, seL4_RISCV_PageTableObject, 0);
    make(W_TABLE_MAPPED, seL4_RISCV_PageTableObject, 0);
    make(W_FRAME_MAPPED, seL4_RISCV_4K_Page, 0);
    /* Capabilities that change when used have to be used where they are: through the node. */
    must(call(seL4_CapInitThreadCNode, CNodeMove, WORDS(NODE), WORDS(SCRATCH, DEPTH, W_VSPACE2, WORLD_RADIX)) == 0, "move");
    must(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(SCRATCH), NONE) == 0, "assign");
    give_last(W_VSPACE2, SCRATCH);
    must(call(seL4_CapInitThreadCNode, CNodeMove, WORDS(NODE), WORDS(SCRATCH, DEPTH, W_TABLE_MAPPED, WORLD_RADIX)) == 0, "move");
    must(call(SCRATCH, RISCVPageTableMap, WORDS(seL4_CapInitThreadVSpace), WORDS(WORLD_VADDR, 0)) == 0, "table");
    give_last(W_TABLE_MAPPED, SCRATCH);
    must(call(seL4_CapInitThreadCNode, CNodeMove, WORDS(NODE), WORDS(SCRATCH, DEPTH, W_FRAME_MAPPED, WORLD_RADIX)) == 0, "move");
    must(call(SCRATCH, RISCVPageMap, WORDS(seL4_CapInitThreadVSpace), WORDS(WORLD_VADDR, RIGHT_READ | RIGHT_WRITE, 0)) == 0, "map");
    give_last(W_FRAME_MAPPED, SCRATCH);
}

static void make_interrupt(void)
{
    word_t ntfn = use(W_NTFN2, SCRATCH);
    must(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(NODE), WORDS(WORLD_IRQ, W_IRQ_HANDLER, WORLD_RADIX)) == 0, "irq");
    word_t handler = use(W_IRQ_HANDLER, SCRATCH + 1);
    must(call(handler, IRQSetIRQHandler, WORDS(ntfn), NONE) == 0, "irq notification");
    done(SCRATCH);
    done(SCRATCH + 1);
    give_last(W_IRQ_CONTROL, seL4_CapIRQControl);
}

void world_make(bool tiny)
{
    must(retype(boot_untyped(WORLD_BITS), seL4_UntypedObject, WORLD_BITS, MEMORY, 1) == 0, "memory");
    cap_t memory = host_slot(ks.current, MEMORY)->cap;
    world_memory = (struct world_memory){untyped_cap_base(memory), BIT(untyped_cap_size_bits(memory))};
    must(retype(MEMORY, seL4_CapTableObject, WORLD_RADIX, NODE, 1) == 0, "node");
    make_ipc_objects();
    make_vspaces();
    make_memory_objects();
    must(call(NODE, CNodeMint, WORDS(seL4_CapInitThreadCNode),
              WORDS(W_CNODE, WORLD_RADIX, NODE, DEPTH, RIGHT_ALL, WORD_BITS - WORLD_RADIX)) == 0, "node cap");
    for (word_t i = WORLD_THREADS; i-- > 0;)
        make_thread_of_world(i, tiny);
    make_interrupt();
    give_copy(W_VSPACE, seL4_CapInitThreadVSpace);
    give_copy(W_SCHED_CONTROL, sched_control());
    give_copy(W_DOMAIN, seL4_CapDomain);
    give_copy(W_ASID_CONTROL, seL4_CapASIDControl);
    give_copy(W_ASID_POOL, seL4_CapInitThreadASIDPool);
    call(seL4_CapInitThreadTCB, TCBSuspend, NONE, NONE);
    must(ks.current != &idle_thread && host_slot(ks.current, W_TCB)->cap.w[0] != 0, "nobody runs");
    host_snapshot();
}
