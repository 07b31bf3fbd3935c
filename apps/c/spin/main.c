/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Uses all the time it gets and never calls anybody. */
int main(void)
{
    for (;;)
        __asm__ volatile("");
}
