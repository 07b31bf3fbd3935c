/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Calls of the firmware below (RISC-V SBI specification 1.0). */
#pragma once

#include <types.h>

#define SBI_LEGACY_SET_TIMER 0u
#define SBI_LEGACY_CONSOLE_PUTCHAR 1u
#define SBI_LEGACY_SHUTDOWN 8u
#define SBI_EXT_SYSTEM_RESET 0x53525354u
#define SBI_EXT_REWIND_TIME 0x0a4b4154u /* our monitor's own */
#define SBI_RESET_SHUTDOWN 0u
#define SBI_RESET_REASON_FAILURE 1u

INLINE word_t sbi_call(word_t extension, word_t arg0, word_t arg1)
{
    register word_t a0 __asm__("a0") = arg0;
    register word_t a1 __asm__("a1") = arg1;
    register word_t a6 __asm__("a6") = 0;
    register word_t a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return a0;
}

INLINE void sbi_console_putchar(char c) { sbi_call(SBI_LEGACY_CONSOLE_PUTCHAR, (unsigned char)c, 0); }

INLINE void sbi_set_timer(uint64_t at)
{
#if CONFIG_WORD_SIZE == 64
    sbi_call(SBI_LEGACY_SET_TIMER, at, 0);
#else
    sbi_call(SBI_LEGACY_SET_TIMER, (word_t)at, (word_t)(at >> 32));
#endif
}

/* Our monitor only; other firmware says that it does not know it. */
INLINE void sbi_rewind_time(uint64_t to) { sbi_call(SBI_EXT_REWIND_TIME, (word_t)to, (word_t)(to >> (__riscv_xlen - 1) >> 1)); }

/* Stops the machine as failed; firmware without the reset extension gets the legacy shutdown. */
INLINE void sbi_system_failure(void)
{
    sbi_call(SBI_EXT_SYSTEM_RESET, SBI_RESET_SHUTDOWN, SBI_RESET_REASON_FAILURE);
    sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0);
}
