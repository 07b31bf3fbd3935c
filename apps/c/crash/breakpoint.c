/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A breakpoint without a debugger: user exception 3. */
int main(void)
{
    __asm__ volatile("ebreak");
    return 0;
}
