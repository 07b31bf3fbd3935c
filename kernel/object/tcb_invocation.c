// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Invocations of TCBs (sel4-abi.md ch. 6).
#include <object/tcb.h>

#include <api/invocation.h>
#include <arch.h>
#include <debug/debug.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/notification.h>
#include <object/sched_context.h>
#include <sched/refill.h>
#include <sched/sched.h>

// --- spaces ---------------------------------------------------------------------------------------------

// A capability to be installed in a TCB slot. source NULL: the slot stays as it is.
struct installation {
    slot_t *source;
    cap_t cap;
};

static void install(tcb_t *t, enum tcb_slot which, const struct installation *new)
{
    slot_t *slot = &t->slots[which];
    slot_delete_now(slot);
    if (!cap_is_null(new->cap))
        slot_insert(slot, new->source, new->cap);
}

static void install_handler(tcb_t *t, enum tcb_slot which, slot_t *handler)
{
    install(t, which, &(struct installation){handler, handler->cap});
}

// Rows 2 to 4 of sel4-abi.md 6.2. Address 0: the thread shall have no buffer.
static outcome_t check_buffer(word_t address, slot_t *source, struct installation *buffer)
{
    buffer->source = source;
    buffer->cap = null_cap();
    if (address == 0)
        return DONE;
    if (cap_derive(source, source->cap, &buffer->cap) != DONE)
        return FAILED;
    return arch_check_ipc_buffer(address, buffer->cap);
}

static void set_buffer(tcb_t *t, word_t address, const struct installation *buffer)
{
    install(t, TCB_BUFFER, buffer);
    t->ipc_buffer = address;
}

struct spaces {
    struct installation cspace, vspace;
};

// Rows 5 to 7.
static outcome_t check_spaces(tcb_t *t, slot_t *cspace, word_t cspace_data, slot_t *vspace, struct spaces *s)
{
    if (slot_delete_is_long(&t->slots[TCB_CSPACE]) || slot_delete_is_long(&t->slots[TCB_VSPACE]))
        return fail(seL4_IllegalOperation);

    cap_t cap = cspace->cap;
    if (cspace_data != 0)
        cap = cap_update_data(cap, cspace_data, false);
    if (cap_derive(cspace, cap, &cap) != DONE)
        return FAILED;
    if (!cap_is_cnode(cap))
        return fail(seL4_IllegalOperation);
    s->cspace = (struct installation){cspace, cap};

    if (cap_derive(vspace, vspace->cap, &cap) != DONE)
        return FAILED;
    if (!arch_is_valid_vspace(cap))
        return fail(seL4_IllegalOperation);
    s->vspace = (struct installation){vspace, cap};
    return DONE;
}

static void set_spaces(tcb_t *t, const struct spaces *s)
{
    install(t, TCB_CSPACE, &s->cspace);
    install(t, TCB_VSPACE, &s->vspace);
    if (t == ks.current)
        arch_switch_vspace(t);
}

static outcome_t decode_configure(struct invocation *inv, tcb_t *t)
{
    struct installation buffer;
    struct spaces s;
    if (inv->length < 3 || inv->extra[2] == NULL)
        return fail(seL4_TruncatedMessage);
    word_t address = inv_mr(inv, 2);
    if (check_buffer(address, inv->extra[2], &buffer) != DONE ||
        check_spaces(t, inv->extra[0], inv_mr(inv, 0), inv->extra[1], &s) != DONE)
        return FAILED;
    set_spaces(t, &s);
    set_buffer(t, address, &buffer);
    return DONE;
}

static outcome_t decode_set_space(struct invocation *inv, tcb_t *t)
{
    struct spaces s;
    if (inv->length < 2 || inv->extra[2] == NULL)
        return fail(seL4_TruncatedMessage);
    slot_t *handler = inv->extra[0];
    if (check_spaces(t, inv->extra[1], inv_mr(inv, 0), inv->extra[2], &s) != DONE)
        return FAILED;
    if (!cap_is_valid_handler(handler->cap))
        return fail_capability(1);
    install_handler(t, TCB_FAULT_HANDLER, handler);
    set_spaces(t, &s);
    return DONE;
}

static outcome_t decode_set_buffer(struct invocation *inv, tcb_t *t)
{
    struct installation buffer;
    if (inv->length < 1 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    word_t address = inv_mr(inv, 0);
    if (check_buffer(address, inv->extra[0], &buffer) != DONE)
        return FAILED;
    set_buffer(t, address, &buffer);
    return DONE;
}

static outcome_t decode_set_timeout_endpoint(struct invocation *inv, tcb_t *t)
{
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    slot_t *handler = inv->extra[0];
    if (!cap_is_valid_handler(handler->cap))
        return fail_capability(1);
    install_handler(t, TCB_TIMEOUT_HANDLER, handler);
    return DONE;
}

// --- priorities and scheduling parameters -----------------------------------------------------------------

// A priority given by message register n must not exceed the MCP of the authority, extra capability 1.
static outcome_t check_priority(const struct invocation *inv, word_t n)
{
    if (!cap_is_thread(inv->extra[0]->cap))
        return fail_capability(1);
    word_t limit = tcb_of_cap(inv->extra[0]->cap)->mcp;
    return inv_mr(inv, n) > limit ? fail_range(seL4_MinPrio, limit) : DONE;
}

static outcome_t decode_set_priority(struct invocation *inv, tcb_t *t)
{
    if (inv->length < 1 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    if (check_priority(inv, 0) != DONE)
        return FAILED;
    if (inv->label == TCBSetPriority)
        tcb_set_priority(t, inv_mr(inv, 0));
    else
        t->mcp = (uint8_t)inv_mr(inv, 0);
    return DONE;
}

// The SC argument of SetSchedParams: an SC, or null to take the thread's away.
static outcome_t check_sched_context(const tcb_t *t, cap_t cap, sched_context_t **sc)
{
    *sc = NULL;
    if (cap_is_null(cap))
        return t == ks.current ? fail(seL4_IllegalOperation) : DONE;
    if (!cap_is_sched_context(cap))
        return fail_capability(2);
    *sc = (sched_context_t *)sched_context_cap_ptr(cap);
    if (t->sc != *sc && (t->sc != NULL || (*sc)->tcb != NULL))
        return fail(seL4_IllegalOperation);
    if (tcb_is_blocked(t) && !(sc_is_active(*sc) && refill_usable(*sc)))
        return fail(seL4_IllegalOperation);
    return DONE;
}

static outcome_t decode_set_sched_params(struct invocation *inv, tcb_t *t)
{
    sched_context_t *sc;
    if (inv->length < 2 || inv->extra[2] == NULL)
        return fail(seL4_TruncatedMessage);
    if (check_priority(inv, 0) != DONE || check_priority(inv, 1) != DONE ||
        check_sched_context(t, inv->extra[1]->cap, &sc) != DONE)
        return FAILED;
    slot_t *handler = inv->extra[2];
    if (!cap_is_valid_handler(handler->cap))
        return fail_capability(3);

    install_handler(t, TCB_FAULT_HANDLER, handler);
    t->mcp = (uint8_t)inv_mr(inv, 0);
    tcb_set_priority(t, inv_mr(inv, 1));
    if (sc != NULL && t->sc != sc)
        sc_bind_tcb(sc, t);
    else if (sc == NULL && t->sc != NULL)
        sc_unbind_tcb(t->sc);
    return DONE;
}

// --- the rest ---------------------------------------------------------------------------------------------

static outcome_t decode_bind_notification(struct invocation *inv, tcb_t *t)
{
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    cap_t cap = inv->extra[0]->cap;
    if (t->bound_ntfn != NULL || !cap_is_notification(cap) || !(notification_cap_rights(cap) & RIGHT_READ))
        return fail(seL4_IllegalOperation);
    notification_t *n = (notification_t *)notification_cap_ptr(cap);
    if (n->queue != NULL || n->bound_tcb != NULL)
        return fail(seL4_IllegalOperation);
    notification_bind(n, t);
    return DONE;
}

static outcome_t decode_set_flags(struct invocation *inv, tcb_t *t)
{
    if (inv->length < 2)
        return fail(seL4_TruncatedMessage);
    word_t flags = (t->flags & ~inv_mr(inv, 0)) | (inv_mr(inv, 1) & ARCH_TCB_FLAGS);
    t->flags = (uint8_t)flags;
    arch_flags_changed(t);
    inv_result(inv, 0, flags);
    return DONE;
}

outcome_t tcb_decode(struct invocation *inv)
{
    tcb_t *t = tcb_of_cap(inv->cap);
    switch (inv->label) {
    case TCBReadRegisters:
        return tcb_decode_read_registers(inv, t);
    case TCBWriteRegisters:
        return tcb_decode_write_registers(inv, t);
    case TCBCopyRegisters:
        return tcb_decode_copy_registers(inv, t);
    case TCBConfigure:
        return decode_configure(inv, t);
    case TCBSetPriority:
    case TCBSetMCPriority:
        return decode_set_priority(inv, t);
    case TCBSetSchedParams:
        return decode_set_sched_params(inv, t);
    case TCBSetTimeoutEndpoint:
        return decode_set_timeout_endpoint(inv, t);
    case TCBSetIPCBuffer:
        return decode_set_buffer(inv, t);
    case TCBSetSpace:
        return decode_set_space(inv, t);
    case TCBSuspend:
        tcb_suspend(t);
        return DONE;
    case TCBResume:
        tcb_restart(t);
        return DONE;
    case TCBBindNotification:
        return decode_bind_notification(inv, t);
    case TCBUnbindNotification:
        if (t->bound_ntfn == NULL)
            return fail(seL4_IllegalOperation);
        notification_unbind(t);
        return DONE;
    case TCBSetTLSBase:
        if (inv->length < 1)
            return fail(seL4_TruncatedMessage);
        t->context.reg[REG_TLS] = inv_mr(inv, 0);
        return DONE;
    case TCBSetFlags:
        return decode_set_flags(inv, t);
    default:
        return fail(seL4_IllegalOperation);
    }
}
