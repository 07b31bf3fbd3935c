/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "call.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One line in any case: what does not fit is cut. */
static char text[SDK_LOG_MAX + 1];

_Noreturn void sdk_panic(const char *file, int line, const char *format, ...)
{
    va_list args;
    sdk_flush();
    size_t n = (size_t)snprintf(text, sizeof text, "panicked at '");
    va_start(args, format);
    n += (size_t)vsnprintf(text + n, sizeof text - n, format, args);
    va_end(args);
    if (n < sizeof text)
        (void)snprintf(text + n, sizeof text - n, "', %s:%d", file, line);
    (void)sdk_log(text);
    sdk_exit(SDK_EXIT_PANIC);
}

_Noreturn void sdk_assert_failed(const char *expression, const char *file, int line)
{
    sdk_flush();
    (void)snprintf(text, sizeof text, "%s:%d: assertion failed: %s", file, line, expression);
    (void)sdk_log(text);
    abort();
}
