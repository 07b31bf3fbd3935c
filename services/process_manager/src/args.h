/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Arguments of a program, as they lie at the top of its stack. */
#include <sel4/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARGS_COUNT_MAX 32u          /* with the program's name */

struct args {
    const char *name;
    const uint8_t *bytes;           /* further arguments */
    size_t length;
    char separator;                 /* behind each: NUL, or a space (several count as one) */
};

/* How a program finds its arguments. */
struct args_place {
    seL4_Word argc, argv;           /* number and address */
    seL4_Word sp;                   /* what is left of the stack ends here, aligned to 16 bytes */
};

/* At most SDK_ARGS_MAX bytes and ARGS_COUNT_MAX arguments, and the last one ended by its NUL? */
bool args_valid(const struct args *args);

/* Writes valid arguments into the last page of a stack, which is at `page` here and ends at `top` in the program. */
struct args_place args_write(const struct args *args, uint8_t *page, size_t page_size, seL4_Word top);
