// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

#include "csr.h"
#include "monitor.h"

/* Exit status of the machine when the monitor has to give up. */
#define EXIT_MACHINE_TRAP 70u

static void report(const char *name, uintptr_t value)
{
    console_puts(name);
    console_put_hex(value);
}

/* Nothing that U- or S-mode does ends here (all of it is delegated or an SBI call), so this is a fault of the monitor,
 * of the memory map or of the machine. */
static _Noreturn void die(const struct monitor_frame *frame)
{
    console_puts("\nmonitor: unexpected machine-mode trap");
    report("\n  mcause  ", csr_read(mcause));
    report("\n  mepc    ", csr_read(mepc));
    report("\n  mtval   ", csr_read(mtval));
    report("\n  mstatus ", csr_read(mstatus));
    report("\n  ra      ", frame->ra);
    report("\n  sp      ", frame->sp);
    console_puts("\n");
    machine_stop(EXIT_MACHINE_TRAP);
}

void monitor_trap(struct monitor_frame *frame)
{
    uintptr_t cause = csr_read(mcause);

    if (cause == CAUSE_ECALL_FROM_S) {
        csr_write(mepc, csr_read(mepc) + 4); /* ecall has no compressed form */
        sbi_call(frame);
    } else if (cause == CAUSE_MACHINE_TIMER) {
        sbi_timer_fired();
    } else {
        die(frame);
    }
}
