// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Interrupts (sel4-abi.md ch. 11).
#include <api/interrupt.h>

#include <api/syscall.h>
#include <arch.h>
#include <debug/benchmark.h>
#include <object/irq.h>
#include <sched/sched.h>

void interrupt_service(void)
{
    // The current thread, if its time was up, has been dealt with; the interrupt is served in any case.
    (void)sched_enter();
    word_t irq = arch_irq_claim();
    if (irq == ARCH_TIMER_IRQ)
        sched_timer_fired();
    else if (irq != 0)
        irq_deliver(irq);
}

EXPORT void handle_interrupt(void)
{
    benchmark_enter();
    interrupt_service();
    sched_finish();
    benchmark_leave();
}
