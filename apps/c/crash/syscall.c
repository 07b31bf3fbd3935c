/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A system call number that nobody knows: unknown system call, not an exit. */
int main(void)
{
    register unsigned long number __asm__("a7") = 0x1234;
    __asm__ volatile("ecall" : : "r"(number) : "memory");
    return 0;
}
