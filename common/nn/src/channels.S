/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors
 *
 * Convolution with output channels in the lanes: the weights of a tap are a vector, the input of a pixel a scalar, and P pixels
 * share the load of the weights. */

#include "vector.inc"

/* The pixels' sums and pointers: sums \first, \first + m ...; pointers s0... */
.macro TAP m, p, j
    .if \m == 8
    vle8.v v6, (a1)
    add a1, a1, a2
    vsext.vf2 v4, v6
    TERM v8, s0, \j, v4
    .if \p > 1
    TERM v16, s1, \j, v4
    TERM v24, s2, \j, v4
    .endif
    .elseif \m == 4
    vle8.v v3, (a1)
    add a1, a1, a2
    vsext.vf2 v2, v3
    TERM v4, s0, \j, v2
    TERM v8, s1, \j, v2
    TERM v12, s2, \j, v2
    TERM v16, s3, \j, v2
    .if \p > 4
    TERM v20, s4, \j, v2
    .endif
    .if \p > 5
    TERM v24, s5, \j, v2
    TERM v28, s6, \j, v2
    .endif
    .else
    vle8.v v2, (a1)
    add a1, a1, a2
    vsext.vf2 v3, v2
    TERM v4, s0, \j, v3
    TERM v6, s1, \j, v3
    TERM v8, s2, \j, v3
    TERM v10, s3, \j, v3
    TERM v12, s4, \j, v3
    TERM v14, s5, \j, v3
    TERM v16, s6, \j, v3
    TERM v18, s7, \j, v3
    .endif
.endm

.macro TERM sum, pointer, j, weights
    lb t0, \j(\pointer)
    vwmacc.vx \sum, t0, \weights
.endm

/* op for each sum */
.macro EACH m, p, op:vararg
    .if \m == 8
    \op v8
    .if \p > 1
    \op v16
    \op v24
    .endif
    .elseif \m == 4
    \op v4
    \op v8
    \op v12
    \op v16
    .if \p > 4
    \op v20
    .endif
    .if \p > 5
    \op v24
    \op v28
    .endif
    .else
    \op v4
    \op v6
    \op v8
    \op v10
    \op v12
    \op v14
    \op v16
    \op v18
    .endif
.endm

.macro SCALE sum
    vsmul.vv \sum, \sum, v0
.endm
.macro SIGN sum
    vmslt.vx v0, \sum, x0
    vadd.vi \sum, \sum, -1, v0.t
.endm
.macro SHIFT_m8 sum
    vnclip.wv \sum, \sum, v4
    vsadd.vx \sum, \sum, s9
.endm
.macro SHIFT_m4 sum
    vnclip.wv \sum, \sum, v2
    vsadd.vx \sum, \sum, s9
.endm
.macro STORE sum
    vnclip.wi \sum, \sum, 0
    vmax.vx \sum, \sum, s10
    vmin.vx \sum, \sum, s11
    vse8.v \sum, (t3)
    add t3, t3, s8
.endm

/* A half of nn_connected's sums, a6 / 4 lanes, e32 m8. */
.macro FINISH_HALF sum
    vle32.v v0, (s8)
    vsmul.vv \sum, \sum, v0
    add s8, s8, a6
    lw t0, AWAY(a0)
    beqz t0, 7f
    vmslt.vx v0, \sum, x0
    vadd.vi \sum, \sum, -1, v0.t
7:
    vsetvli x0, x0, e16, m4, ta, ma
    li t0, 4
    vlse16.v v0, (s9), t0
    add s9, s9, a6
    lw t0, ZERO(a0)
    vnclip.wv \sum, \sum, v0
    lw t1, MIN(a0)
    vsadd.vx \sum, \sum, t0
    vsetvli x0, x0, e8, m2, ta, ma
    lw t0, MAX(a0)
    vnclip.wi \sum, \sum, 0
    vmax.vx \sum, \sum, t1
    vmin.vx \sum, \sum, t0
    vse8.v \sum, (t3)
    srli t0, a6, 2
    add t3, t3, t0
.endm

/* op for each pointer but the first, with the one before */
.macro POINTERS p, op
    .if \p > 1
    \op s1, s0
    \op s2, s1
    .endif
    .if \p > 3
    \op s3, s2
    .endif
    .if \p > 4
    \op s4, s3
    .endif
    .if \p > 5
    \op s5, s4
    \op s6, s5
    .endif
    .if \p > 7
    \op s7, s6
    .endif
.endm
.macro NEXT pointer, before
    add \pointer, \before, a7
.endm
.macro STEP8 pointer, before
    addi \pointer, \pointer, 8
.endm
.macro STEP4 pointer, before
    addi \pointer, \pointer, 4
.endm

.macro KEEP op, m
    .if \m == 8
    \op s0, s1, s2, s8, s9, s10, s11
    .else
    \op s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    .endif
.endm

/* The taps of a segment go `unroll` at a time, and the loop is entered in its middle: `skip` = -run mod unroll taps from its begin, with
 * pointers that are as much too low. A tap has 3 + 2 p instructions of four bytes.
 *
 * a1 weights, a2 their step, a3 table, a4 segments left, a5 end of the first pointer, a6 scratch, a7 input step, t0 scratch, t1 offset of
 * the block's pixels less skip, t2 pixels left, t3 output, t4 run + skip, t5 entry to the loop; s8 output step, s9 zero, s10 min,
 * s11 max */
.macro CHANNELS m, p, unroll
FUNCTION nn_channels_m\m\()_\p
    KEEP SAVE, \m
    lw a6, LANES(a0)
    LANES_FROM a6, \m
    lw a2, WEIGHT_STEP(a0)
    lw a7, IN_STEP(a0)
    lw t1, OFFSET(a0)
    lw t2, PIXELS(a0)
    lw t3, OUT(a0)
    lw t4, RUN(a0)
    lw s8, OUT_STEP(a0)
    lw s9, ZERO(a0)
    lw s10, MIN(a0)
    lw s11, MAX(a0)
    neg a6, t4
    andi a6, a6, \unroll - 1
    sub t1, t1, a6
    add t4, t4, a6
    li t0, 4 * (3 + 2 * \p)
    mul a6, a6, t0
    lla t5, 3f
    add t5, t5, a6
1:
    lw a6, BIAS(a0)
    .if \m == 8
    vle32.v v8, (a6)
    .if \p > 1
    vmv8r.v v16, v8
    vmv8r.v v24, v8
    .endif
    .elseif \m == 4
    vle32.v v4, (a6)
    vmv4r.v v8, v4
    vmv4r.v v12, v4
    vmv4r.v v16, v4
    .if \p > 4
    vmv4r.v v20, v4
    .endif
    .if \p > 5
    vmv4r.v v24, v4
    vmv4r.v v28, v4
    .endif
    .else
    vle32.v v4, (a6)
    .irp to, v6, v8, v10, v12, v14, v16, v18
    vmv2r.v \to, v4
    .endr
    .endif
    lw a1, WEIGHTS(a0)
    lw a3, TABLE(a0)
    lw a4, SEGMENTS(a0)
2:
    lw s0, 0(a3)
    addi a3, a3, 4
    add s0, s0, t1
    POINTERS \p, NEXT
    add a5, s0, t4
    jr t5
    .option push
    .option norvc
3:
    .irp j, 0, 1, 2, 3
    TAP \m, \p, \j
    .endr
    .if \unroll > 4
    .irp j, 4, 5, 6, 7
    TAP \m, \p, \j
    .endr
    .endif
    .option pop
    addi s0, s0, \unroll
    .if \unroll > 4
    POINTERS \p, STEP8
    .else
    POINTERS \p, STEP4
    .endif
    bne s0, a5, 3b
    addi a4, a4, -1
    bnez a4, 2b

    .if \p == 1
    lw a6, AWAY(a0)
    li t0, 2
    beq a6, t0, 8f
    .endif
    TYPE 4, \m
    lw a6, MULT(a0)
    vle32.v v0, (a6)
    EACH \m, \p, SCALE
    lw a6, AWAY(a0)
    beqz a6, 7f
    EACH \m, \p, SIGN
7:
    TYPE 2, \m
    lw a6, SHIFT(a0)
    li t0, 4
    .if \m == 8
    vlse16.v v4, (a6), t0
    EACH \m, \p, SHIFT_m8
    .else
    vlse16.v v2, (a6), t0
    EACH \m, \p, SHIFT_m4
    .endif
5:
    TYPE 1, \m
    EACH \m, \p, STORE
    TYPE 2, \m

    /* The last block may do some pixels again. */
    li a6, \p
    sub t2, t2, a6
    beqz t2, 9f
    mul t0, a7, a6
    add t1, t1, t0
    bgeu t2, a6, 1b
    sub t0, a6, t2
    mv t2, a6
    mul a6, t0, a7
    sub t1, t1, a6
    mul a6, t0, s8
    sub t3, t3, a6
    j 1b
    .if \p == 1
8:
    lw a6, MULT(a0)
    lw t0, SHIFT(a0)
    ANY_SHIFT a6, t0
    j 5b
    .endif
9:
    KEEP RESTORE, \m
    ret
END nn_channels_m\m\()_\p
.endm

    CHANNELS 8, 1, 8
    CHANNELS 8, 3, 8
    CHANNELS 4, 4, 8
    CHANNELS 4, 5, 8
    CHANNELS 4, 7, 8
    CHANNELS 2, 8, 4

/* A single pixel, strips of output channels with LMUL 16 as it were: two taps' products are added in 16 bits, which is exact if no weight
 * is -128, and then widened to two groups of sums.
 * table: the input, not a table; run: taps; channels: all of them.
 * a1 weights, a2 their step, a3 input, a4 its even end, a5 its end, a6, t0, t1 scratch, t2 channels left, t3 output, t4 lanes, t5 lanes of
 * the first half, t6 of the second; s1 weights of the strip, s2 bias, s8 multipliers, s9 shifts */
FUNCTION nn_connected
    SAVE s1, s2, s8, s9
    lw a2, WEIGHT_STEP(a0)
    lw t2, CHANNELS(a0)
    lw t3, OUT(a0)
    lw s1, WEIGHTS(a0)
    lw s2, BIAS(a0)
    lw s8, MULT(a0)
    lw s9, SHIFT(a0)
1:
    vsetvli t4, t2, e8, m4, ta, ma
    vsetvli t5, t4, e32, m8, ta, mu
    sub t6, t4, t5
    slli t0, t5, 2
    vle32.v v16, (s2)
    add s2, s2, t0
    vsetvli x0, t6, e32, m8, ta, mu
    vle32.v v24, (s2)
    lw a3, TABLE(a0)
    lw a5, RUN(a0)
    andi a4, a5, -2
    add a4, a4, a3
    add a5, a5, a3
    mv a1, s1
    beq a3, a4, 3f
2:
    vsetvli x0, t4, e8, m4, ta, ma
    lb t0, 0(a3)
    lb t1, 1(a3)
    vle8.v v8, (a1)
    add a1, a1, a2
    vle8.v v12, (a1)
    add a1, a1, a2
    vwmul.vx v0, v8, t0
    addi a3, a3, 2
    vwmacc.vx v0, t1, v12
    vsetvli x0, t5, e16, m4, ta, ma
    vwadd.wv v16, v16, v0
    vwadd.wv v24, v24, v4
    bne a3, a4, 2b
3:
    beq a3, a5, 4f
    vsetvli x0, t4, e8, m4, ta, ma
    lb t0, 0(a3)
    vle8.v v8, (a1)
    vwmul.vx v0, v8, t0
    vsetvli x0, t5, e16, m4, ta, ma
    vwadd.wv v16, v16, v0
    vwadd.wv v24, v24, v4
4:
    slli a6, t5, 2
    vsetvli x0, t5, e32, m8, ta, mu
    FINISH_HALF v16
    beqz t6, 5f
    slli a6, t6, 2
    vsetvli x0, t6, e32, m8, ta, mu
    add s2, s2, a6
    FINISH_HALF v24
    add s1, s1, t4
    sub t2, t2, t4
    bnez t2, 1b
5:
    RESTORE s1, s2, s8, s9
    ret
END nn_connected
