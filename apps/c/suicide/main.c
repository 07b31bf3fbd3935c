/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Writes to address 0, where nothing is mapped. */
#include <sdk.h>

int main(void)
{
    int *volatile nowhere = NULL;
    sdk_log("Goodbye, cruel world!");
    *(volatile int *)nowhere = 1;
    return 0;
}
