/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Failures stop the boot: with a message where the kernel prints, always with a fault that never returns. */

#include "rootserver.h"

_Noreturn void fail_stop(void)
{
    for (;;) {
        __asm__ volatile("ebreak");
    }
}

#ifdef CONFIG_PRINTING
#include <model/model.h>

static void print_number(unsigned number)
{
    char digits[11];
    char *at = &digits[sizeof(digits) - 1];
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    seL4_DebugPutString(at);
}

_Noreturn void fail_report(const struct capdl_object *object, unsigned index, const char *what, seL4_Error error)
{
    seL4_DebugPutString("rootserver: ");
    if (object) {
        seL4_DebugPutString(capdl_name(&rs.spec, object));
        if (object->count > 1) {
            seL4_DebugPutChar('[');
            print_number(index);
            seL4_DebugPutChar(']');
        }
        seL4_DebugPutString(": ");
    }
    seL4_DebugPutString(what);
    if (!object) {
        seL4_DebugPutChar(' ');
        print_number(index);
    }
    if (error != seL4_NoError) {
        seL4_DebugPutString(": ");
        seL4_DebugPutString(model_error_name(error));
    }
    seL4_DebugPutString("\n");
    fail_stop();
}
#endif
