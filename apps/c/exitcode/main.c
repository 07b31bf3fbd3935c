/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Ends with a code of its own in the middle of nested calls. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>

static void leave(void)
{
    printf("exitcode::no newline, still a line");
    exit(42);
}

int main(void)
{
    leave();
    return 1;
}
