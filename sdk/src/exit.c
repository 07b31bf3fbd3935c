/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Ways to end. A program that prints nothing does not pull in the output: sdk_flush is weak here. */
#include "call.h"
#include <stdlib.h>

extern void sdk_flush(void) __attribute__((weak));

_Noreturn void exit(int code)
{
    if (sdk_flush)
        sdk_flush();
    sdk_exit(code);
}

_Noreturn void abort(void)
{
    exit(SDK_EXIT_ABORT);
}
