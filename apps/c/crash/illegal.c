/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* An instruction that there is not: user exception 2. */
int main(void)
{
    __asm__ volatile("unimp");
    return 0;
}
