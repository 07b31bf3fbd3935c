/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The instruction counter: what `make bench` measures the whole system with. Exact under QEMU's -icount, where it is the
 * virtual clock of the machine (idle time included); elsewhere it is what the processor makes of it.
 */
#include "console.h"

static uint64_t at_first_prompt;

static uint64_t instret(void)
{
#if defined(__riscv) && __riscv_xlen == 32
    uint32_t high, low, again;

    do
        __asm__ volatile("csrr %0, instreth\n\tcsrr %1, instret\n\tcsrr %2, instreth" : "=r"(high), "=r"(low), "=r"(again));
    while (high != again);
    return (uint64_t)high << 32 | low;
#elif defined(__riscv)
    uint64_t count;

    __asm__ volatile("csrr %0, instret" : "=r"(count));
    return count;
#else
    return 0;
#endif
}

void instret_note_boot(void)
{
    at_first_prompt = instret();
}

enum result cmd_instret(int argc, char *argv[])
{
    if (argc == 1) {
        console_printf("boot: %llu\nnow: %llu\n", (unsigned long long)at_first_prompt, (unsigned long long)instret());
        return DONE;
    }
    uint64_t before = instret();
    enum result result = run_command(argc - 1, argv + 1);
    console_printf("instructions: %llu\n", (unsigned long long)(instret() - before));
    return result == DONE ? DONE : FAILED;      /* it has said why */
}
