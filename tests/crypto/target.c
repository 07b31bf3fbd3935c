/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "target.h"

#include <platform_gen.h>
#include <stdarg.h>
#include <stdio.h>

extern char stack_bottom[];

/* 16550 UART and SiFive test finisher. */
static void put(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)(uintptr_t)UART_BASE;
    while ((uart[5] & 0x20u) == 0) {
    }
    uart[0] = (uint8_t)c;
}

void print(const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (const char *at = text; *at != '\0'; at++)
        put(*at);
}

void finish(unsigned failed)
{
    *(volatile uint32_t *)(uintptr_t)FINISHER_BASE = failed == 0 ? 0x5555u : 0x13333u;
    for (;;)
        __asm__ volatile("wfi");
}

/* Called by start.S. */
_Noreturn void test_trapped(uintptr_t cause, uintptr_t at);
void test_trapped(uintptr_t cause, uintptr_t at)
{
    print("trap %lx at %lx\n0 passed, 1 failed\n", (unsigned long)cause, (unsigned long)at);
    finish(1);
}

static uint32_t instructions(void)
{
    uintptr_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count)::"memory");
    return (uint32_t)count;
}

/* The stack is painted below this function's frame; the operation's deepest word is where the paint ends. */
struct cost __attribute__((noinline)) cost_of(void (*operation)(void))
{
    uintptr_t here;
    __asm__ volatile("mv %0, sp" : "=r"(here));
    volatile uint32_t *bottom = (volatile uint32_t *)(void *)stack_bottom;
    volatile uint32_t *top = (volatile uint32_t *)here;
    for (volatile uint32_t *at = bottom; at < top; at++)
        *at = 0x5afe5afeu;
    uint32_t before = instructions();
    operation();
    uint32_t after = instructions();
    while (*bottom == 0x5afe5afeu)
        bottom++;
    return (struct cost){ after - before, (uint32_t)(here - (uintptr_t)bottom) };
}
