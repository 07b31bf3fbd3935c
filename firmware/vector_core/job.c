/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "job.h"

#include <platform_gen.h>
#include <stdbool.h>
#include <string.h>

#include "bell.h"
#include "csr.h"
#include "device.h"
#include "mtime.h"
#include "windows.h"

enum {
    MSTATUS_VS = 3 << 9, MSTATUS_FS = 3 << 13, MSTATUS_TW = 1 << 21,
    MSTATUS_VS_INITIAL = 1 << 9, MSTATUS_FS_INITIAL = 1 << 13,
};
#define TICKS_PER_MS (TIMEBASE_HZ / 1000u)

/* mcause (privileged specification, table 3.6) */
enum {
    CAUSE_ILLEGAL_INSTRUCTION = 2, CAUSE_LOAD_MISALIGNED = 4, CAUSE_STORE_ACCESS = 7, CAUSE_ECALL_FROM_U = 8,
    CAUSE_LOAD_PAGE = 13, CAUSE_STORE_PAGE = 15,
};
#define CAUSE_MACHINE_EXTERNAL (CAUSE_INTERRUPT | 11u)

static struct job_context context;
static struct {
    uint64_t ticks;
    uint64_t instructions;
} used;

/* --- beginning --- */

static int map_windows(void)
{
    static struct windows_tables tables = {0};
    tables.tables = (pte_t (*)[PT_ENTRIES])(uintptr_t)VECTOR_TABLES_BASE;
    tables.address = VECTOR_TABLES_BASE;
    tables.count = VECTOR_TABLES_SIZE / VC_PAGE;
    const struct windows_memory memory = { TCM_BASE, TCM_SIZE };
    int bad = windows_map(&tables, device_windows(), &memory);
    uintptr_t mode = __riscv_xlen == 32 ? (uintptr_t)1 << (__riscv_xlen - 1) : (uintptr_t)8 << (__riscv_xlen - 4);
    csr_write(satp, mode | VECTOR_TABLES_BASE >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
    return bad;
}

/* A job finds nothing of the one before: in no register, and no translation. */
void core_begin(uint32_t pc)
{
    memset(&context, 0, sizeof context);
    memset(&used, 0, sizeof used);
    context.pc = VC_WINDOW_BASE + pc;
    csr_set(mstatus, MSTATUS_VS | MSTATUS_FS);
    job_clear_registers();
    csr_clear(mstatus, MSTATUS_VS | MSTATUS_FS | MSTATUS_MPP_MASK | MSTATUS_MPIE);
    csr_set(mstatus, MSTATUS_VS_INITIAL | MSTATUS_FS_INITIAL | MSTATUS_TW);
    device_used(0, 0);
    int bad = map_windows();
    if (bad >= 0) {
        device_fault(VC_INSTRUCTION_FAULT, &(struct device_fault){ VC_CAUSE_WINDOW, (uint32_t)context.pc, (uint32_t)bad });
    }
    __asm__ volatile("fence.i" ::: "memory");       /* hart 0 has written its instructions */
}

void core_stopped(void)
{
    device_publish(VC_PC, (uint32_t)context.pc);
}

/* --- traps --- */

static void fault(enum vc_interrupt kind, uintptr_t cause, uintptr_t address)
{
    uint32_t reported = (uint32_t)(cause & ~CAUSE_INTERRUPT) | (cause & CAUSE_INTERRUPT ? 0x80000000u : 0);
    device_fault(kind, &(struct device_fault){ reported, (uint32_t)context.pc, (uint32_t)address });
}

/* The instruction at pc. It may be half outside of its window, or a short one: then it is none of ours. */
static uint32_t instruction(void)
{
    uint32_t first, second, offset = (uint32_t)context.pc;
    if (!windows_text(device_windows(), offset, &first) || !windows_text(device_windows(), offset + 2, &second)) {
        return 0;
    }
    const volatile uint16_t *low = (const volatile uint16_t *)(uintptr_t)(TCM_BASE + first);
    const volatile uint16_t *high = (const volatile uint16_t *)(uintptr_t)(TCM_BASE + second);
    return (uint32_t)*high << 16 | *low;
}

static void count_instructions(unsigned destination)
{
    if (destination != 0) {
        context.x[destination] = (uintptr_t)used.instructions;
    }
}

/* What the chip's vector core has instructions for: false if this is none of them. */
static bool custom(uint32_t code)
{
    if ((code & 0x7f) != VC_OPCODE) {
        return false;
    }
    switch (code >> 12 & 7) {
    case VC_SIMPRINT:
        break;
    case VC_XCOUNT:
        count_instructions(code >> 7 & 31);
        break;
    case VC_HOSTREQ:
        device_host_request();
        break;
    case VC_FINISHED:
        device_finish((uint32_t)context.x[10]);
        break;
    default:
        return false;
    }
    context.pc += 4;
    return true;
}

static void handle(uintptr_t cause, uintptr_t value)
{
    switch (cause) {
    case CAUSE_MACHINE_EXTERNAL:
        break;                                      /* the loop looks at the doorbell */
    case CAUSE_MACHINE_TIMER:
        fault(VC_INSTRUCTION_FAULT, cause, context.pc);
        break;
    case CAUSE_ECALL_FROM_U:
        device_finish((uint32_t)context.x[10]);
        break;
    case CAUSE_ILLEGAL_INSTRUCTION: {
        uint32_t code = instruction();
        if (!custom(code)) {
            fault(VC_INSTRUCTION_FAULT, cause, context.pc);
        }
        break;
    }
    default: {
        bool data = (cause >= CAUSE_LOAD_MISALIGNED && cause <= CAUSE_STORE_ACCESS) || cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
        fault(data ? VC_DATA_FAULT : VC_INSTRUCTION_FAULT, cause, value);
    }
    }
}

static uint64_t instructions_now(void)
{
#if __riscv_xlen == 32
    uintptr_t high, low;
    do {
        high = csr_read(minstreth);
        low = csr_read(minstret);
    } while (high != csr_read(minstreth));
    return (uint64_t)high << 32 | low;
#else
    return csr_read(minstret);
#endif
}

/* The time limit counts while the job runs: what is left of it is the alarm. */
void job_run(void)
{
    uint64_t limit = (uint64_t)device_time_limit_ms() * TICKS_PER_MS;
    timer_set(limit > used.ticks ? limit - used.ticks : 0);
    uint64_t begun = mtime_ticks(), before = instructions_now();
    job_enter(&context);
    uintptr_t cause = csr_read(mcause), value = csr_read(mtval);
    used.instructions += instructions_now() - before;
    used.ticks += mtime_ticks() - begun;
    device_used(used.instructions, used.ticks);
    handle(cause, value);
}
