// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Interrupts (sel4-abi.md ch. 11).
#include <api/interrupt.h>

#include <api/syscall.h>
#include <arch.h>
#include <debug/benchmark.h>
#include <object/irq.h>
#include <sched/sched.h>

INLINE void deliver_irq(word_t irq)
{
    if (irq != 0 && irq != ARCH_TIMER_IRQ)
        irq_deliver(irq);
}

INLINE word_t claim_irq(void)
{
    word_t irq = arch_irq_claim();
    if (irq == ARCH_TIMER_IRQ)
        sched_timer_fired();
    return irq;
}

void interrupt_service(void)
{
    word_t irq = claim_irq();
    // The current thread, if its time was up, has been dealt with; the interrupt is served in any case.
    (void)sched_enter();
    deliver_irq(irq);
}

EXPORT void handle_interrupt(void)
{
    benchmark_enter();
    word_t irq = claim_irq();
    if (!sched_time_is_left() && !sched_end_slice_only())
        (void)sched_deadline_passed();
    deliver_irq(irq);
    sched_finish();
    benchmark_leave();
}
