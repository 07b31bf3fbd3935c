// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* Console and power switch of the platform, polled: 16550 UART and SiFive test finisher. */

#include <platform_gen.h>

#include "console.h"

enum uart_register { UART_THR = 0, UART_LSR = 5 };
#define UART_LSR_THR_EMPTY 0x20u

enum finisher_command { FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555, FINISHER_RESET = 0x7777 };

void console_putchar(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)(uintptr_t)UART_BASE;

    while ((uart[UART_LSR] & UART_LSR_THR_EMPTY) == 0) {
    }
    uart[UART_THR] = (uint8_t)c;
}

void console_puts(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            console_putchar('\r');
        }
        console_putchar(*text);
    }
}

void console_put_hex(uintptr_t value)
{
    for (int shift = __riscv_xlen - 4; shift >= 0; shift -= 4) {
        console_putchar("0123456789abcdef"[value >> shift & 15]);
    }
}

static _Noreturn void finish(uint32_t command)
{
    *(volatile uint32_t *)(uintptr_t)FINISHER_BASE = command;
    for (;;) {
        __asm__ volatile("wfi"); /* the machine stops a few instructions later */
    }
}

void machine_stop(unsigned code)
{
    finish(code == 0 ? (uint32_t)FINISHER_PASS : (uint32_t)code << 16 | (uint32_t)FINISHER_FAIL);
}

void machine_reset(void)
{
    finish(FINISHER_RESET);
}
