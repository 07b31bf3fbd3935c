/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <sdk.h>

int main(void)
{
    panic("Goodbye, cruel world");
}
