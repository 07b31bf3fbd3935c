/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A vector instruction (vsetvli t0, zero, e8, m1): they are the vector core's alone, and its registers with them. User exception 2. */
int main(void)
{
    __asm__ volatile(".word 0x000072d7" : : : "t0");
    return 0;
}
