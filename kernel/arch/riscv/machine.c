/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Interrupt controller, timer, console and power of the machine. */

#include <arch.h>
#include <arch/sbi.h>
#include <arch/vspace.h>

/* --- PLIC (RISC-V PLIC specification 1.0) ----------------------------------------------------------- */

enum plic_offset {
    PLIC_PRIORITY = 0x0,      /* 4 bytes per source */
    PLIC_ENABLE = 0x2000,     /* bit per source, 0x80 bytes per context */
    PLIC_THRESHOLD = 0x200000, /* 0x1000 bytes per context */
    PLIC_CLAIM = 0x200004,
};
#define PLIC_ENABLE_STRIDE 0x80u
#define PLIC_CONTEXT_STRIDE 0x1000u

static volatile uint32_t *plic_register(word_t offset) { return (volatile uint32_t *)(PLIC_VADDR + offset); }

static volatile uint32_t *plic_enable_word(word_t irq)
{
    return plic_register(PLIC_ENABLE + PLIC_CONTEXT * PLIC_ENABLE_STRIDE) + irq / 32;
}

static volatile uint32_t *plic_claim_register(void)
{
    return plic_register(PLIC_CLAIM + PLIC_CONTEXT * PLIC_CONTEXT_STRIDE);
}

/* All sources masked in our context, each with the lowest priority that interrupts. */
BOOT_CODE static void plic_init(void)
{
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++)
        *plic_register(PLIC_PRIORITY + irq * 4) = 1;
    for (word_t irq = 0; irq <= ARCH_MAX_IRQ; irq += 32)
        *plic_enable_word(irq) = 0;
    *plic_register(PLIC_THRESHOLD + PLIC_CONTEXT * PLIC_CONTEXT_STRIDE) = 0;
}

void arch_irq_enable(word_t irq, bool enable)
{
    volatile uint32_t *word = plic_enable_word(irq);
    uint32_t bit = (uint32_t)1 << irq % 32;

    *word = enable ? *word | bit : *word & ~bit;
}

void arch_irq_complete(word_t irq) { *plic_claim_register() = (uint32_t)irq; }

/* Either the source stays claimed until IRQHandler_Ack, or it is done with here: the controller of QEMU's virt machine then does not
 * raise a level again that did not change in between (sel4-abi.md 11.2). */
static word_t plic_claim(void)
{
    word_t irq = *plic_claim_register();
#ifndef CONFIG_PLIC_ACK_COMPLETES
    if (irq != 0)
        arch_irq_complete(irq);
#endif
    return irq;
}

/* The timer comes first: it is what bounds the time of everybody else. */
word_t arch_irq_claim(void)
{
    word_t pending = csr_read(sip);

    if (pending & SIP_STI)
        return ARCH_TIMER_IRQ;
    if (pending & SIP_SEI)
        return plic_claim();
    return 0;
}

/* The source stays claimed until here, so it cannot interrupt again before its driver has dealt with it, unless configured otherwise. */
void arch_irq_ack(word_t irq)
{
#ifdef CONFIG_PLIC_ACK_COMPLETES
    arch_irq_complete(irq);
#else
    (void)irq;
#endif
}

/* --- timer -------------------------------------------------------------------------------------------- */

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
static ticks_t timer_set_to;
#define note_timer(at) (timer_set_to = (at))
#else
#define note_timer(at) ((void)0)
#endif

/* A compare value in the future takes the pending interrupt back (Sstc specification; SBI set_timer). */
void arch_set_timer(ticks_t at)
{
    note_timer(at);
#ifndef PLATFORM_SSTC
    sbi_set_timer(at);
#elif CONFIG_WORD_SIZE == 64
    csr_write(CSR_STIMECMP, at);
#else
    csr_write(CSR_STIMECMPH, -1); /* no match while the halves do not belong together */
    csr_write(CSR_STIMECMP, (word_t)at);
    csr_write(CSR_STIMECMPH, (word_t)(at >> 32));
#endif
}

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
/* An interrupt that became pending in the meantime is taken back with the time: the compare value is written again. */
void arch_rewind_time(ticks_t to)
{
    sbi_rewind_time(to);
    arch_set_timer(timer_set_to);
}
#endif

/* --- hart ---------------------------------------------------------------------------------------------- */

#define COUNTERS_ALL 7u /* cycle, time, instret */

/* What firmware and loader have turned on must not reach user mode: vector registers are not switched, and an execute-only page
 * (sel4-abi.md 10.2) cannot be read. */
#define SSTATUS_OFF (SSTATUS_SPP | SSTATUS_FS_MASK | SSTATUS_VS_MASK | SSTATUS_SUM | SSTATUS_MXR)

BOOT_CODE void arch_init_hart(void)
{
    csr_write(scounteren, COUNTERS_ALL);
    csr_clear(sstatus, SSTATUS_OFF);
    csr_set(sstatus, SSTATUS_SPIE);
    plic_init();
    arch_set_timer(UINT64_MAX);
    csr_write(sie, SIP_STI | SIP_SEI);
}

/* wfi wakes up for an interrupt that is pending and enabled in sie, whatever sstatus.SIE says (section 3.3.3). */
void arch_wait_for_interrupt(void)
{
    while (!arch_irq_pending())
        __asm__ volatile("wfi" ::: "memory");
}

#ifdef CONFIG_PRINTING
void arch_putchar(char c)
{
    if (c == '\n')
        sbi_console_putchar('\r');
    sbi_console_putchar(c);
}
#else
void arch_putchar(char c) { (void)c; }
#endif

/* Ends the machine with a failure status; waits for ever if the firmware cannot. */
COLD void arch_halt(void)
{
    sbi_system_failure();
    for (;;)
        __asm__ volatile("wfi");
}
