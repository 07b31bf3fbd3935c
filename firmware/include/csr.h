// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* Machine-mode control and status registers by name (RISC-V privileged specification 1.12, table 3), and the few
 * encodings of their fields that the firmware uses. CSRs that binutils 2.40 may not know by name are given by number. */
#pragma once

#include <stdint.h>

#define CSR_STRING_(x) #x
#define CSR_STRING(x) CSR_STRING_(x)

#define csr_read(csr)                                                                  \
    __extension__({                                                                    \
        uintptr_t csr_value_;                                                          \
        __asm__ volatile("csrr %0, " CSR_STRING(csr) : "=r"(csr_value_) : : "memory"); \
        csr_value_;                                                                    \
    })
#define csr_write(csr, value) __asm__ volatile("csrw " CSR_STRING(csr) ", %0" : : "rK"((uintptr_t)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " CSR_STRING(csr) ", %0" : : "rK"((uintptr_t)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " CSR_STRING(csr) ", %0" : : "rK"((uintptr_t)(bits)) : "memory")

#define CSR_MENVCFG 0x30a
#define CSR_MENVCFGH 0x31a /* RV32 only: bits 63..32 of menvcfg */
#define CSR_STIMECMP 0x14d
#define CSR_STIMECMPH 0x15d /* RV32 only */

/* mstatus (section 3.1.6) */
#define MSTATUS_MPP_MASK (3u << 11)
#define MSTATUS_MPP_S (1u << 11)
#define MSTATUS_MPP_M (3u << 11)
#define MSTATUS_MPIE (1u << 7)
#define MSTATUS_MIE (1u << 3)

/* mip, mie, mideleg (section 3.1.9): supervisor software, timer and external interrupts, machine timer and external interrupt */
#define IRQ_SSI (1u << 1)
#define IRQ_STI (1u << 5)
#define IRQ_MTI (1u << 7)
#define IRQ_SEI (1u << 9)
#define IRQ_MEI (1u << 11)

/* mcause (section 3.1.15) */
#define CAUSE_INTERRUPT ((uintptr_t)1 << (__riscv_xlen - 1))
#define CAUSE_MACHINE_TIMER (CAUSE_INTERRUPT | 7u)
#define CAUSE_ECALL_FROM_S 9u

/* menvcfg.STCE (Sstc extension): stimecmp exists and drives the supervisor timer interrupt. */
#define MENVCFG_STCE_BIT 63

/* pmpcfg fields (section 3.7.1) */
#define PMP_R 0x01u
#define PMP_W 0x02u
#define PMP_X 0x04u
#define PMP_TOR 0x08u
#define PMP_RWX 0x07u
#define PMP_NAPOT 0x18u
#define PMP_LOCKED 0x80u
