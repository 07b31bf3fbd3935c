// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Interrupts: who may handle which, and turning them into signals (sel4-abi.md ch. 11).
#include <object/irq.h>

#include <arch.h>
#include <debug/check.h>
#include <debug/debug.h>
#include <ipc/fastpath.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/notification.h>

// The notification cap bound to each source; a proper slot, so that revocation finds it.
static slot_t irq_slots[ARCH_MAX_IRQ + 1] COLD_DATA;

#define IRQ_WORDS ((ARCH_MAX_IRQ + CONFIG_WORD_SIZE) / CONFIG_WORD_SIZE)
// Sources that have a handler cap.
static word_t irq_used[IRQ_WORDS] COLD_DATA;

static bool test(const word_t *set, word_t irq) { return set[irq / WORD_BITS] & BIT(irq % WORD_BITS); }
static void add(word_t *set, word_t irq) { set[irq / WORD_BITS] |= BIT(irq % WORD_BITS); }
static void take(word_t *set, word_t irq) { set[irq / WORD_BITS] &= ~BIT(irq % WORD_BITS); }

BOOT_CODE void irq_init(void)
{
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++)
        arch_irq_enable(irq, false);
}

void irq_release(word_t irq) { take(irq_used, irq); }

#ifdef CONFIG_PLIC_ACK_COMPLETES
// Masked because an interrupt found nobody bound to quiet the device: a level-triggered source would come back for ever.
static word_t irq_muted[IRQ_WORDS] COLD_DATA;

static void mute(word_t irq)
{
    arch_irq_complete(irq);
    arch_irq_enable(irq, false);
    add(irq_muted, irq);
}

static void unmute(word_t irq)
{
    if (test(irq_muted, irq)) {
        take(irq_muted, irq);
        arch_irq_enable(irq, true);
    }
}

// A claim that was never acknowledged must not block the next handler.
static void forget_claim(word_t irq)
{
    arch_irq_complete(irq);
    take(irq_muted, irq);
}
#else
// The claim has been completed already, and that is all: what nobody waits for is lost.
static void mute(word_t irq) { (void)irq; }
static void unmute(word_t irq) { (void)irq; }
static void forget_claim(word_t irq) { (void)irq; }
#endif

#ifdef CONFIG_IRQ_REPORTING
// Once per source and binding: a console that interrupts whenever it has printed must not keep the kernel printing.
static word_t irq_reported[IRQ_WORDS];

static void report_undelivered(word_t irq)
{
    if (!test(irq_reported, irq))
        kprintf("undelivered IRQ %u\n", (unsigned)irq);
    add(irq_reported, irq);
}
static void report_again(word_t irq) { take(irq_reported, irq); }
#else
static void report_undelivered(word_t irq) { (void)irq; }
static void report_again(word_t irq) { (void)irq; }
#endif

COLD void irq_finalise(word_t irq)
{
    slot_delete_now(&irq_slots[irq]);
    forget_claim(irq);
    arch_irq_enable(irq, false);
}

void irq_deliver(word_t irq)
{
    cap_t cap = irq_slots[irq].cap;
    if (cap_is_notification(cap)) {
        notification_t *n = (notification_t *)notification_cap_ptr(cap);
        if (!fastpath_signal(n, notification_cap_badge(cap)))
            notification_signal(n, notification_cap_badge(cap));
        return;
    }
    mute(irq);
    report_undelivered(irq);
}

outcome_t irq_issue_handler(struct invocation *inv, word_t irq, word_t index, word_t depth)
{
    slot_t *dst = NULL;
    if (irq == 0 || irq > ARCH_TIMER_IRQ)
        return fail_range(1, ARCH_TIMER_IRQ);
    if (irq == ARCH_TIMER_IRQ || test(irq_used, irq))
        return fail(seL4_RevokeFirst);
    if (cspace_empty_target(inv->extra[0]->cap, index, depth, &dst) != DONE)
        return FAILED;
    add(irq_used, irq);
    slot_insert(dst, inv->slot, irq_handler_cap(irq));
    arch_irq_enable(irq, true);
    return DONE;
}

outcome_t irq_control_decode(struct invocation *inv)
{
    if (inv->label != IRQIssueIRQHandler)
        return arch_decode_irq_control(inv);
    if (inv->length < 3 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    return irq_issue_handler(inv, inv_mr(inv, 0), inv_mr(inv, 1), inv_mr(inv, 2));
}

static outcome_t decode_set_notification(struct invocation *inv, word_t irq)
{
    slot_t *slot = &irq_slots[irq];
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    slot_t *source = inv->extra[0];
    if (!cap_is_notification(source->cap) || !(notification_cap_rights(source->cap) & RIGHT_WRITE))
        return fail_capability(0);
    cap_t cap = source->cap;
    slot_delete_now(slot);
    slot_insert(slot, source, cap);
    unmute(irq);
    report_again(irq);
    return DONE;
}

outcome_t irq_handler_decode(struct invocation *inv)
{
    word_t irq = irq_handler_cap_irq(inv->cap);
    switch (inv->label) {
    case IRQAckIRQ:
        arch_irq_ack(irq);
        unmute(irq);
        return DONE;
    case IRQSetIRQHandler:
        return decode_set_notification(inv, irq);
    case IRQClearIRQHandler:
        slot_delete_now(&irq_slots[irq]);
        return DONE;
    default:
        return fail(seL4_IllegalOperation);
    }
}

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
slot_t *irq_slot(word_t irq) { return &irq_slots[irq]; }
bool irq_in_use(word_t irq) { return test(irq_used, irq); }
#endif
