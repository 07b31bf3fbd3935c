/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The loop of the vector core: the driver's writes take effect, then the job runs until something happens. Without a job it sleeps. */

#include <platform_gen.h>
#include <stddef.h>
#include <string.h>

#include "bell.h"
#include "csr.h"
#include "device.h"
#include "job.h"

enum { FAILURES_IN_A_ROW = 3, PAUSE_MS = 1000 };

/* What outlives a restart of the firmware. Zeros after the machine's reset. */
static __attribute__((section(".kept"))) struct {
    uint32_t restarts;
    uint32_t cause;
    uint32_t pc;
    uint32_t in_a_row;
} kept;

_Noreturn void core_main(void);
_Noreturn void core_trap(void);
_Noreturn void core_start_again(void);

void core_ring(void)
{
    bell_ring();
}

void core_clear(uint32_t offset, uint32_t size)
{
    memset((void *)(uintptr_t)(TCM_BASE + offset), 0, size);
}

/* No delegation: every trap of a job comes to machine mode. No counters for jobs: they are a clock that sees others. */
static void close_doors(void)
{
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mcounteren, 0);
    csr_write(scounteren, 0);
}

static uintptr_t vector_bytes(void)
{
    uintptr_t bytes;
    csr_set(mstatus, 3u << 9);                      /* VS */
    bytes = csr_read(0xc22);                        /* vlenb */
    csr_clear(mstatus, 3u << 9);
    return bytes;
}

static void report(void)
{
    device_publish(VC_VLENB, (uint32_t)vector_bytes());
    device_publish(VC_RESTARTS, kept.restarts);
    device_publish(VC_RESTART_CAUSE, kept.cause);
    device_publish(VC_RESTART_PC, kept.pc);
    device_open(kept.restarts != 0);
    if (kept.restarts != 0) {
        bell_ring();                                /* no interrupt is enabled yet */
    }
}

_Noreturn void core_main(void)
{
    close_doors();
    const struct device_fault failure = { VC_CAUSE_FIRMWARE, kept.pc, 0 };
    device_start((volatile uint32_t *)(uintptr_t)VC_TOP_BASE, TCM_SIZE, kept.restarts != 0 ? &failure : NULL);
    bell_start();
    report();
    for (;;) {
        bell_answer();
        device_serve();
        if (device_runs()) {
            job_run();
        } else {
            bell_sleep();
        }
        kept.in_a_row = 0;
    }
}

/* The firmware has failed. One that fails at once each time must not keep the machine busy. */
_Noreturn void core_trap(void)
{
    kept.restarts++;
    kept.cause = (uint32_t)csr_read(mcause);
    kept.pc = (uint32_t)csr_read(mepc);
    if (++kept.in_a_row > FAILURES_IN_A_ROW) {
        csr_write(mie, IRQ_MTI);
        timer_set((uint64_t)PAUSE_MS * (TIMEBASE_HZ / 1000u));
        while (!(csr_read(mip) & IRQ_MTI)) {
            __asm__ volatile("wfi" ::: "memory");
        }
    }
    core_start_again();
}
