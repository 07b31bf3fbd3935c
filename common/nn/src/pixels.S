/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors
 *
 * Convolution with pixels in the lanes: for layers whose output channels would not fill a vector. The input of a tap is a strided
 * vector, the weight of a channel a scalar, and Q channels share the load of the input. */

#include "vector.inc"

.macro WEIGHT sum, q, in
    lb t0, \q(a1)
    vwmacc.vx \sum, t0, \in
.endm

.macro TAP m, q
    .if \m == 8
    vlse8.v v6, (a5), a7
    addi a5, a5, 1
    vsext.vf2 v4, v6
    WEIGHT v8, 0, v4
    WEIGHT v16, 1, v4
    .if \q > 2
    WEIGHT v24, 2, v4
    .endif
    .elseif \m == 4
    vlse8.v v3, (a5), a7
    addi a5, a5, 1
    vsext.vf2 v2, v3
    WEIGHT v4, 0, v2
    WEIGHT v8, 1, v2
    WEIGHT v12, 2, v2
    WEIGHT v16, 3, v2
    .if \q > 4
    WEIGHT v20, 4, v2
    WEIGHT v24, 5, v2
    .endif
    .else
    vlse8.v v2, (a5), a7
    addi a5, a5, 1
    vsext.vf2 v3, v2
    WEIGHT v4, 0, v3
    WEIGHT v6, 1, v3
    WEIGHT v8, 2, v3
    WEIGHT v10, 3, v3
    WEIGHT v12, 4, v3
    WEIGHT v14, 5, v3
    WEIGHT v16, 6, v3
    WEIGHT v18, 7, v3
    .endif
    add a1, a1, a2
.endm

/* op for each sum and its number */
.macro EACH m, q, op
    .if \m == 8
    \op v8, 0
    \op v16, 1
    .if \q > 2
    \op v24, 2
    .endif
    .elseif \m == 4
    \op v4, 0
    \op v8, 1
    \op v12, 2
    \op v16, 3
    .if \q > 4
    \op v20, 4
    \op v24, 5
    .endif
    .else
    \op v4, 0
    \op v6, 1
    \op v8, 2
    \op v10, 3
    \op v12, 4
    \op v14, 5
    \op v16, 6
    \op v18, 7
    .endif
.endm

.macro START sum, q
    lw t0, 4 * \q(s1)
    vmv.v.x \sum, t0
.endm
.macro SCALE sum, q
    lw t0, 4 * \q(s2)
    vsmul.vx \sum, \sum, t0
.endm
.macro SIGN sum, q
    vmslt.vx v0, \sum, x0
    vadd.vi \sum, \sum, -1, v0.t
.endm
.macro SHIFT_DOWN sum, q
    lw t0, 4 * \q(s3)
    vnclip.wx \sum, \sum, t0
    vsadd.vx \sum, \sum, s9
.endm
.macro STORE sum, q
    vnclip.wi \sum, \sum, 0
    vmax.vx \sum, \sum, s10
    vmin.vx \sum, \sum, s11
    addi t0, t3, \q
    vsse8.v \sum, (t0), s8
.endm

/* a1 weights, a2 their step, a3 table, a4 segments left, a5 input, a6 its end, a7 input step, t1 offset, t2 channels left, t3 output,
 * t4 run, t5 first weights; s1 bias, s2 multipliers, s3 shifts, s8 output step, s9 zero, s10 min, s11 max */
.macro PIXELS_KERNEL m, q
FUNCTION nn_pixels_m\m\()_\q
    SAVE s1, s2, s3, s8, s9, s10, s11
    lw a6, LANES(a0)
    LANES_FROM a6, \m
    lw a2, WEIGHT_STEP(a0)
    lw a7, IN_STEP(a0)
    lw t1, OFFSET(a0)
    lw t2, CHANNELS(a0)
    lw t3, OUT(a0)
    lw t4, RUN(a0)
    lw t5, WEIGHTS(a0)
    lw s1, BIAS(a0)
    lw s2, MULT(a0)
    lw s3, SHIFT(a0)
    lw s8, OUT_STEP(a0)
    lw s9, ZERO(a0)
    lw s10, MIN(a0)
    lw s11, MAX(a0)
1:
    TYPE 4, \m
    EACH \m, \q, START
    TYPE 2, \m
    mv a1, t5
    lw a3, TABLE(a0)
    lw a4, SEGMENTS(a0)
2:
    lw a5, 0(a3)
    addi a3, a3, 4
    add a5, a5, t1
    add a6, a5, t4
    andi t0, t4, 1
    beqz t0, 3f
    TAP \m, \q
    beq a5, a6, 4f
3:
    TAP \m, \q
    TAP \m, \q
    bne a5, a6, 3b
4:
    addi a4, a4, -1
    bnez a4, 2b

    TYPE 4, \m
    EACH \m, \q, SCALE
    lw a6, AWAY(a0)
    beqz a6, 5f
    EACH \m, \q, SIGN
5:
    TYPE 2, \m
    EACH \m, \q, SHIFT_DOWN
    TYPE 1, \m
    EACH \m, \q, STORE

    /* The last turn may do some channels again. */
    li a6, \q
    sub t2, t2, a6
    beqz t2, 9f
    bgeu t2, a6, 6f
    mv a6, t2
    li t2, \q
6:
    add t5, t5, a6
    add t3, t3, a6
    slli a6, a6, 2
    add s1, s1, a6
    add s2, s2, a6
    add s3, s3, a6
    j 1b
9:
    RESTORE s1, s2, s3, s8, s9, s10, s11
    ret
END nn_pixels_m\m\()_\q
.endm

    PIXELS_KERNEL 8, 3
    PIXELS_KERNEL 4, 4
    PIXELS_KERNEL 2, 8
