// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* The platform's console and power switch, polled: for firmware that has to say something, or to give up. */
#pragma once

#include <stdint.h>

/** Polled output on the console UART; the only use of it before the UART driver runs. */
void console_putchar(char c);
void console_puts(const char *text);
void console_put_hex(uintptr_t value);

/** Stops the machine; `code` 0 is success, any other code becomes the emulator's exit status (8 bits). */
_Noreturn void machine_stop(unsigned code);

/** Resets the machine. */
_Noreturn void machine_reset(void);
