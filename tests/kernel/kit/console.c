/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Output and the way out. The UART's device frame is mapped as soon as it can be had; before that, and if it cannot,
 * debug kernels print through DebugPutChar.
 */
#include "internal.h"
#include <kernel/gen_config.h>

#define UART_PADDR ((word_t)0x10000000)
#define POWER_PADDR ((word_t)0x100000)
#define UART_VADDR (TEST_VADDR - 4 * PAGE_SIZE)
#define POWER_VADDR (TEST_VADDR - 3 * PAGE_SIZE)
#define UART_THR 0
#define UART_LSR 5
#define UART_LSR_THRE 0x20
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u

volatile uint8_t *kit_uart;
static volatile uint32_t *finisher;

void kit_console_init(void)
{
    word_t frame = device_frame(UART_PADDR, 12);
    if (frame && page_map(frame, ROOT_VSPACE, UART_VADDR, RIGHT_READ | RIGHT_WRITE, 1) == seL4_NoError)
        kit_uart = (volatile uint8_t *)UART_VADDR;
    frame = device_frame(POWER_PADDR, 12);
    if (frame && page_map(frame, ROOT_VSPACE, POWER_VADDR, RIGHT_READ | RIGHT_WRITE, 1) == seL4_NoError)
        finisher = (volatile uint32_t *)POWER_VADDR;
}

void put_char(char c)
{
    if (c == '\n') put_char('\r');
    if (kit_uart) {
        while (!(kit_uart[UART_LSR] & UART_LSR_THRE)) { }
        kit_uart[UART_THR] = (uint8_t)c;
        return;
    }
#ifdef CONFIG_PRINTING
    struct message m = {(word_t)(unsigned char)c, 0, {0}};
    syscall(SYS_DEBUG_PUT_CHAR, &m, 0, 0);
#endif
}

void put_string(const char *s)
{
    while (*s) put_char(*s++);
}

void put_decimal(word_t v)
{
    char digits[24];
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n) put_char(digits[--n]);
}

void put_hex(word_t v)
{
    int shift = (int)WORD_BITS - 4;
    put_string("0x");
    while (shift > 0 && !(v >> shift)) shift -= 4;
    for (; shift >= 0; shift -= 4) put_char("0123456789abcdef"[(v >> shift) & 15]);
}

void power_off(int code)
{
    if (finisher) *finisher = code ? ((uint32_t)code << 16 | FINISHER_FAIL) : FINISHER_PASS;
    for (;;) tcb_suspend(ROOT_TCB); /* asynchronous: the machine stops within a few instructions */
}
