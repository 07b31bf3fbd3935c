/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Interrupt controller, timer, console and power of the simulated machine. Part of the kernel's unit: no libc here. */

#include <arch.h>
#include <arch/vspace.h>

struct host_machine host;

/* Sources that would interrupt now: a line that is high, enabled, and not being served. */
static uint32_t host_deliverable(void) { return host.lines & host.enabled & ~host.claimed; }

unsigned long host_read_time(void)
{
    uint64_t now = host.time;
    host.time += host.time_step;
    return now;
}

unsigned long host_read_sip(void)
{
    if (host.poll_countdown != 0 && --host.poll_countdown == 0) {
        if (host.poll_irq != 0)
            host.lines |= (uint32_t)1 << host.poll_irq;
        else if (host.timer != UINT64_MAX && host.time < host.timer)
            host.time = host.timer;
    }
    return (host.time >= host.timer ? SIP_STI : 0u) | (host_deliverable() != 0 ? SIP_SEI : 0u);
}

bool host_irq_pending(void) { return host.time >= host.timer || host_deliverable() != 0; }

void arch_irq_enable(word_t irq, bool enable)
{
    uint32_t bit = (uint32_t)1 << irq;
    host.enabled = enable ? host.enabled | bit : host.enabled & ~bit;
}

void arch_irq_complete(word_t irq) { host.claimed &= ~((uint32_t)1 << irq); }

word_t arch_irq_claim(void)
{
    if (host.time >= host.timer)
        return ARCH_TIMER_IRQ;
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++) {
        if (host_deliverable() & (uint32_t)1 << irq) {
            host.claimed |= (uint32_t)1 << irq;
            return irq;
        }
    }
    return 0;
}

void arch_irq_ack(word_t irq) { arch_irq_complete(irq); }

void arch_set_timer(ticks_t at) { host.timer = at; }

// Time passes here only when the test says so.
void arch_rewind_time(ticks_t to) { (void)to; }

BOOT_CODE void arch_init_hart(void) { arch_set_timer(UINT64_MAX); }

/* Further ahead than this nothing is worth waiting for: the end of the only domain's time. */
#define HOST_FOREVER ((ticks_t)1 << 50)

/* As often as this may one domain without threads follow another, until one has some. */
#define MAX_NAPS 64u

/* Sleeping costs no time of ours: the clock jumps to the timer. If that is not set, or wakes nobody time and again (a schedule of empty
 * domains, or of slots that are over before they begin), only the world outside can help. */
void arch_wait_for_interrupt(void)
{
    if (host_deliverable() != 0)
        return;
    if (host.timer >= HOST_FOREVER || host.timer > host.time + HOST_FOREVER || ++host.naps > MAX_NAPS)
        host_leave(HOST_IDLE);
    if (host.time < host.timer)
        host.time = host.timer;
}

void arch_putchar(char c) { host_console(c); }

COLD void arch_halt(void) { host_halt(); }

_Static_assert(CONFIG_PLIC_MAX_NUM_INT < 32, "interrupt lines are bits of a word");
