/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The machine as seen by the generic kernel: the parts that must be inline. */
#pragma once

#include <arch/csr.h>
#include <platform_gen.h>
#include <types.h>

#define ARCH_MAX_IRQ ((word_t)CONFIG_PLIC_MAX_NUM_INT)
#define ARCH_TIMER_IRQ (ARCH_MAX_IRQ + 1u)

/* Virtual minus physical address of the kernel's image, and of what it reaches otherwise: RAM, and on rv64 its devices. The two are the
 * same unless the platform says otherwise. */
#define ARCH_IMAGE_OFFSET ((word_t)KERNEL_VADDR - (word_t)KERNEL_PADDR)
#ifdef DIRECT_MAP_OFFSET
#define ARCH_PV_OFFSET ((word_t)DIRECT_MAP_OFFSET)
#else
#define ARCH_PV_OFFSET ARCH_IMAGE_OFFSET
#endif

INLINE void *arch_kernel_pointer(word_t paddr) { return (void *)(paddr + ARCH_PV_OFFSET); }
INLINE word_t arch_physical(const void *pointer) { return (word_t)pointer - ARCH_PV_OFFSET; }
/* Of something in the kernel's image. */
INLINE word_t arch_image_physical(const void *pointer) { return (word_t)pointer - ARCH_IMAGE_OFFSET; }

/* The timer, in ticks. The high half is read again in case the low one wrapped in between. */
INLINE ticks_t arch_time(void)
{
#if CONFIG_WORD_SIZE == 64
    return csr_read(time);
#else
    word_t high, low, again;
    do {
        high = csr_read(timeh);
        low = csr_read(time);
        again = csr_read(timeh);
    } while (unlikely(high != again));
    return (ticks_t)high << 32 | low;
#endif
}

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
/* The hart's cycle counter. */
INLINE uint64_t arch_cycles(void)
{
#if CONFIG_WORD_SIZE == 64
    return csr_read(cycle);
#else
    word_t high, low, again;
    do {
        high = csr_read(cycleh);
        low = csr_read(cycle);
        again = csr_read(cycleh);
    } while (unlikely(high != again));
    return (uint64_t)high << 32 | low;
#endif
}
#endif

/* An enabled interrupt is pending. Timer and external interrupts stay enabled in sie from boot on, others are never raised. */
INLINE bool arch_irq_pending(void) { return (csr_read(sip) & (SIP_STI | SIP_SEI)) != 0; }
