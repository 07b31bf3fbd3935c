/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Control and status registers of the simulated hart: stands in front of kernel/arch/riscv's file of the same name. Constants as there. */
#pragma once

#include <host/machine.h>

#define csr_read(csr) host_read_##csr()
#define csr_write(csr, value) host_write_##csr(value)

#define SIP_STI (1u << 5)
#define SIP_SEI (1u << 9)

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
