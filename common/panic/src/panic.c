/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/log.h>
#include <kata/panic.h>
#include <stdarg.h>

_Noreturn void panic_stop(void)
{
    for (;;) { /* a handler that replies meets the fault again */
        __asm__ volatile("ebreak");
    }
}

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    kata_vlog(LOG_ERROR, format, arguments);
    va_end(arguments);
    panic_stop();
}
