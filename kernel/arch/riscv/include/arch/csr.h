// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* Supervisor control and status registers (RISC-V privileged specification 1.12, chapter 4). */
#pragma once

#include <stdint.h>

#define CSR_NAME_(x) #x
#define CSR_NAME(x) CSR_NAME_(x)

#define csr_read(csr)                                                              \
    __extension__({                                                                \
        uintptr_t csr_value_;                                                      \
        __asm__ volatile("csrr %0, " CSR_NAME(csr) : "=r"(csr_value_) : : "memory"); \
        csr_value_;                                                                \
    })
#define csr_write(csr, value) __asm__ volatile("csrw " CSR_NAME(csr) ", %0" : : "rK"((uintptr_t)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " CSR_NAME(csr) ", %0" : : "rK"((uintptr_t)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " CSR_NAME(csr) ", %0" : : "rK"((uintptr_t)(bits)) : "memory")

/* Sstc: compare value of the supervisor timer. By number: binutils 2.40 knows the names only with the extension. */
#define CSR_STIMECMP 0x14d
#define CSR_STIMECMPH 0x15d /* RV32 only */

/* sstatus (section 4.1.1) */
#define SSTATUS_SPIE (1u << 5)
#define SSTATUS_SPP (1u << 8)
#define SSTATUS_VS_MASK (3u << 9)   /* 0: vectors off */
#define SSTATUS_FS_MASK (3u << 13)  /* 0: floating point off */
#define SSTATUS_FS_CLEAN (2u << 13)
#define SSTATUS_SUM (1u << 18)      /* the kernel may access user pages */
#define SSTATUS_MXR (1u << 19)      /* loads from execute-only pages */

/* sip, sie (section 4.1.3) */
#define SIP_STI (1u << 5)
#define SIP_SEI (1u << 9)

/* scause (section 4.1.8) */
#define SCAUSE_INTERRUPT ((uintptr_t)1 << (__riscv_xlen - 1))
#define SCAUSE_TIMER (SCAUSE_INTERRUPT | 5u)
#define SCAUSE_EXTERNAL (SCAUSE_INTERRUPT | 9u)

enum scause_exception {
    EXC_INSTRUCTION_MISALIGNED = 0,
    EXC_INSTRUCTION_ACCESS = 1,
    EXC_ILLEGAL_INSTRUCTION = 2,
    EXC_BREAKPOINT = 3,
    EXC_LOAD_MISALIGNED = 4,
    EXC_LOAD_ACCESS = 5,
    EXC_STORE_MISALIGNED = 6,
    EXC_STORE_ACCESS = 7,
    EXC_ECALL_FROM_U = 8,
    EXC_INSTRUCTION_PAGE_FAULT = 12,
    EXC_LOAD_PAGE_FAULT = 13,
    EXC_STORE_PAGE_FAULT = 15,
};
