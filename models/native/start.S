/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Beginning and end of a native model: a stack in the temporary data, int model_main(void), the header of the output, the finish instruction. */
    .section .text.start, "ax", @progbits
    .globl _start
_start:
    la      sp, model_stack_top
    call    model_main
    la      t0, header
    sw      a0, 0(t0)
    sw      zero, 4(t0)
    lui     t1, %hi(model_output_length)
    addi    t1, t1, %lo(model_output_length)
    sw      t1, 8(t0)
    .word   0x0000307b

    .section .output.header, "aw", @nobits
header:
    .space  12
