/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * System calls with message registers, and the invocations of chapter 3 as plain functions.
 */
#include "kit.h"

#define REGISTER_MRS 4u

word_t sys(long number, word_t cap, word_t info, struct list mrs, word_t a6, word_t t0)
{
    struct thread *me = self();
    struct message *m = &me->out;
    *m = (struct message){cap, info, {0}};
    for (unsigned i = 0; i < mrs.n; i++) {
        if (i < REGISTER_MRS) m->mr[i] = mrs.at[i];
        else me->buffer->msg[i] = mrs.at[i];
    }
    syscall(number, m, a6, t0);
    return m->cap;
}

word_t got_mr(unsigned n)
{
    return n < REGISTER_MRS ? self()->out.mr[n] : self()->buffer->msg[n];
}

word_t ipc_call(word_t ep, word_t info, struct list mrs)
{
    sys(SYS_CALL, ep, info, mrs, 0, 0);
    return INFO_LABEL(self()->out.info);
}

void ipc_send(word_t ep, word_t info, struct list mrs)
{
    sys(SYS_SEND, ep, info, mrs, 0, 0);
}

void ipc_nbsend(word_t ep, word_t info, struct list mrs)
{
    sys(SYS_NBSEND, ep, info, mrs, 0, 0);
}

word_t ipc_recv(word_t ep, word_t reply)
{
    return sys(SYS_RECV, ep, 0, NONE, reply, 0);
}

word_t ipc_nbrecv(word_t ep, word_t reply)
{
    return sys(SYS_NBRECV, ep, 0, NONE, reply, 0);
}

word_t ipc_reply_recv(word_t ep, word_t info, struct list mrs, word_t reply)
{
    return sys(SYS_REPLY_RECV, ep, info, mrs, reply, 0);
}

void ipc_signal(word_t notification)
{
    sys(SYS_SEND, notification, 0, NONE, 0, 0);
}

word_t ipc_wait(word_t object)
{
    return sys(SYS_WAIT, object, 0, NONE, 0, 0);
}

word_t ipc_poll(word_t object)
{
    return sys(SYS_NBWAIT, object, 0, NONE, 0, 0);
}

void sys_yield(void)
{
    sys(SYS_YIELD, 0, 0, NONE, 0, 0);
}

word_t invoke(word_t cap, word_t label, struct list caps, struct list mrs)
{
    for (unsigned i = 0; i < caps.n; i++) self()->buffer->caps_or_badges[i] = caps.at[i];
    return ipc_call(cap, INFO(label, caps.n, mrs.n), mrs);
}

word_t untyped_retype(word_t untyped, word_t type, word_t size_bits, word_t root, word_t node_index, word_t node_depth,
                      word_t node_offset, word_t num)
{
    return invoke(untyped, UntypedRetype, LIST(root), LIST(type, size_bits, node_index, node_depth, node_offset, num));
}

word_t cnode_copy(word_t dest, word_t src, word_t rights)
{
    return invoke(ROOT_CNODE, CNodeCopy, LIST(ROOT_CNODE), LIST(dest, WORD_BITS, src, WORD_BITS, rights));
}

word_t cnode_mint(word_t dest, word_t src, word_t rights, word_t badge)
{
    return invoke(ROOT_CNODE, CNodeMint, LIST(ROOT_CNODE), LIST(dest, WORD_BITS, src, WORD_BITS, rights, badge));
}

word_t cnode_move(word_t dest, word_t src)
{
    return invoke(ROOT_CNODE, CNodeMove, LIST(ROOT_CNODE), LIST(dest, WORD_BITS, src, WORD_BITS));
}

word_t cnode_mutate(word_t dest, word_t src, word_t badge)
{
    return invoke(ROOT_CNODE, CNodeMutate, LIST(ROOT_CNODE), LIST(dest, WORD_BITS, src, WORD_BITS, badge));
}

word_t cnode_delete(word_t slot)
{
    return invoke(ROOT_CNODE, CNodeDelete, NONE, LIST(slot, WORD_BITS));
}

word_t cnode_revoke(word_t slot)
{
    return invoke(ROOT_CNODE, CNodeRevoke, NONE, LIST(slot, WORD_BITS));
}

word_t cnode_rotate(word_t dest, word_t dest_badge, word_t pivot, word_t pivot_badge, word_t src)
{
    return invoke(ROOT_CNODE, CNodeRotate, LIST(ROOT_CNODE, ROOT_CNODE),
                  LIST(dest, WORD_BITS, dest_badge, pivot, WORD_BITS, pivot_badge, src, WORD_BITS));
}

word_t cnode_cancel_badged_sends(word_t slot)
{
    return invoke(ROOT_CNODE, CNodeCancelBadgedSends, NONE, LIST(slot, WORD_BITS));
}

bool slot_is_empty(word_t slot)
{
    return cnode_move(slot, slot) == seL4_FailedLookup;
}

word_t tcb_configure(word_t tcb, word_t cspace, word_t cspace_data, word_t vspace, word_t buffer, word_t frame)
{
    return invoke(tcb, TCBConfigure, LIST(cspace, vspace, frame), LIST(cspace_data, 0, buffer));
}

word_t tcb_set_priority(word_t tcb, word_t authority, word_t priority)
{
    return invoke(tcb, TCBSetPriority, LIST(authority), LIST(priority));
}

word_t tcb_set_mcp(word_t tcb, word_t authority, word_t mcp)
{
    return invoke(tcb, TCBSetMCPriority, LIST(authority), LIST(mcp));
}

word_t tcb_set_sched_params(word_t tcb, word_t authority, word_t mcp, word_t priority, word_t sc, word_t fault_ep)
{
    return invoke(tcb, TCBSetSchedParams, LIST(authority, sc, fault_ep), LIST(mcp, priority));
}

word_t tcb_set_space(word_t tcb, word_t fault_ep, word_t cspace, word_t cspace_data, word_t vspace)
{
    return invoke(tcb, TCBSetSpace, LIST(fault_ep, cspace, vspace), LIST(cspace_data, 0));
}

word_t tcb_set_ipc_buffer(word_t tcb, word_t buffer, word_t frame)
{
    return invoke(tcb, TCBSetIPCBuffer, LIST(frame), LIST(buffer));
}

word_t tcb_set_timeout_endpoint(word_t tcb, word_t ep)
{
    return invoke(tcb, TCBSetTimeoutEndpoint, LIST(ep), NONE);
}

word_t tcb_suspend(word_t tcb)
{
    return invoke(tcb, TCBSuspend, NONE, NONE);
}

word_t tcb_resume(word_t tcb)
{
    return invoke(tcb, TCBResume, NONE, NONE);
}

word_t tcb_bind_notification(word_t tcb, word_t notification)
{
    return invoke(tcb, TCBBindNotification, LIST(notification), NONE);
}

word_t tcb_unbind_notification(word_t tcb)
{
    return invoke(tcb, TCBUnbindNotification, NONE, NONE);
}

word_t tcb_set_tls_base(word_t tcb, word_t address)
{
    return invoke(tcb, TCBSetTLSBase, NONE, LIST(address));
}

word_t tcb_read_registers(word_t tcb, word_t flags, word_t count)
{
    return invoke(tcb, TCBReadRegisters, NONE, LIST(flags, count));
}

word_t tcb_write_pc(word_t tcb, word_t flags, word_t pc)
{
    return invoke(tcb, TCBWriteRegisters, NONE, LIST(flags, 1, pc));
}

word_t tcb_write_registers(word_t tcb, word_t flags, word_t count, struct list registers)
{
    word_t mrs[2 + 32] = {flags, count};
    for (unsigned i = 0; i < registers.n; i++) mrs[2 + i] = registers.at[i];
    return invoke(tcb, TCBWriteRegisters, NONE, (struct list){2 + registers.n, mrs});
}

word_t sc_configure(word_t sc, uint64_t budget_us, uint64_t period_us, word_t extra_refills, word_t badge, word_t flags)
{
#if IS_64BIT
    return invoke(SCHED_CONTROL, SchedControlConfigureFlags, LIST(sc),
                  LIST(budget_us, period_us, extra_refills, badge, flags));
#else
    return invoke(SCHED_CONTROL, SchedControlConfigureFlags, LIST(sc),
                  LIST((word_t)budget_us, (word_t)(budget_us >> 32), (word_t)period_us, (word_t)(period_us >> 32),
                       extra_refills, badge, flags));
#endif
}

word_t sc_bind(word_t sc, word_t object)
{
    return invoke(sc, SchedContextBind, LIST(object), NONE);
}

word_t sc_unbind(word_t sc)
{
    return invoke(sc, SchedContextUnbind, NONE, NONE);
}

word_t sc_unbind_object(word_t sc, word_t object)
{
    return invoke(sc, SchedContextUnbindObject, LIST(object), NONE);
}

word_t sc_consumed(word_t sc)
{
    return invoke(sc, SchedContextConsumed, NONE, NONE);
}

word_t sc_yield_to(word_t sc)
{
    return invoke(sc, SchedContextYieldTo, NONE, NONE);
}

word_t page_map(word_t frame, word_t vspace, word_t vaddr, word_t rights, word_t attributes)
{
    return invoke(frame, RISCVPageMap, LIST(vspace), LIST(vaddr, rights, attributes));
}

word_t page_unmap(word_t frame)
{
    return invoke(frame, RISCVPageUnmap, NONE, NONE);
}

word_t page_address(word_t frame)
{
    return invoke(frame, RISCVPageGetAddress, NONE, NONE);
}

word_t table_map(word_t table, word_t vspace, word_t vaddr)
{
    return invoke(table, RISCVPageTableMap, LIST(vspace), LIST(vaddr, 0));
}

word_t table_unmap(word_t table)
{
    return invoke(table, RISCVPageTableUnmap, NONE, NONE);
}

word_t asid_assign(word_t pool, word_t vspace)
{
    return invoke(pool, RISCVASIDPoolAssign, LIST(vspace), NONE);
}

word_t asid_make_pool(word_t untyped, word_t slot)
{
    return invoke(seL4_CapASIDControl, RISCVASIDControlMakePool, LIST(untyped, ROOT_CNODE), LIST(slot, WORD_BITS));
}

word_t irq_get(word_t irq, word_t slot)
{
    return invoke(seL4_CapIRQControl, IRQIssueIRQHandler, LIST(ROOT_CNODE), LIST(irq, slot, WORD_BITS));
}

word_t irq_set_notification(word_t handler, word_t notification)
{
    return invoke(handler, IRQSetIRQHandler, LIST(notification), NONE);
}

word_t irq_ack(word_t handler)
{
    return invoke(handler, IRQAckIRQ, NONE, NONE);
}

word_t irq_clear(word_t handler)
{
    return invoke(handler, IRQClearIRQHandler, NONE, NONE);
}

word_t cnode_data(word_t guard, word_t guard_size)
{
#if IS_64BIT
    return guard << 6 | guard_size;
#else
    return guard << 8 | guard_size << 3;
#endif
}
