/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors
 *
 * Depthwise convolution: input, weights and sums have the same lanes. For 3x3 kernels the weights stay in registers. */

#include "vector.inc"

.macro TAP pointer, weights
    vle8.v v13, (\pointer)
    vsext.vf2 v12, v13
    vwmacc.vv v8, v12, \weights
.endm

/* Three taps at gathered bytes: indexed loads have elements of the type's size. */
.macro GATHER p0, p1, p2, w0, w1, w2
    TYPE 1, 4
    vluxei8.v v4, (\p0), v1
    vluxei8.v v5, (\p1), v1
    vluxei8.v v6, (\p2), v1
    TYPE 2, 4
    vsext.vf2 v12, v4
    vwmacc.vv v8, v12, \w0
    vsext.vf2 v12, v5
    vwmacc.vv v8, v12, \w1
    vsext.vf2 v12, v6
    vwmacc.vv v8, v12, \w2
.endm

/* The nine taps; columns in this order. */
.macro TAPS p0, p1, p2, p3, p4, p5, p6, p7, p8
    vle32.v v8, (a6)
    TAP \p0, v14
    TAP \p1, v16
    TAP \p2, v18
    TAP \p3, v20
    TAP \p4, v22
    TAP \p5, v24
    TAP \p6, v26
    TAP \p7, v28
    TAP \p8, v30
.endm

/* Sums to bytes and out. mult, shift: registers with the vectors. */
.macro FINISH m, mult, shift
    TYPE 4, \m
    vsmul.vv v8, v8, \mult
    beqz a5, 8f
    vmslt.vx v0, v8, x0
    vadd.vi v8, v8, -1, v0.t
8:
    TYPE 2, \m
    vnclip.wv v8, v8, \shift
    vsadd.vx v8, v8, s9
70:
    TYPE 1, \m
    vnclip.wi v8, v8, 0
    vmax.vx v8, v8, s10
    vmin.vx v8, v8, s11
    vse8.v v8, (t3)
    add t3, t3, t4
    TYPE 2, \m
.endm

/* To the next channels, if there are any: all that depends on them moves on by the lanes. */
.macro NEXT_CHANNELS again
    lw t0, LANES(a0)
    lw t1, CHANNELS(a0)
    ble t1, t0, 9f
    sub t1, t1, t0
    sw t1, CHANNELS(a0)
    ADVANCE WEIGHTS
    ADVANCE OUT
    ADVANCE OFFSET
    ADVANCE CHANNEL
    slli t2, t0, 2
    bleu t0, t1, 8f
    sw t1, LANES(a0)
8:
    mv t0, t2
    ADVANCE BIAS
    ADVANCE MULT
    ADVANCE SHIFT
    j \again
9:
.endm
.macro ADVANCE field
    lw a1, \field(a0)
    add a1, a1, t0
    sw a1, \field(a0)
.endm

/* Weights of a tap to a register. */
.macro LOAD_WEIGHTS register
    vle8.v v13, (a1)
    vsext.vf2 \register, v13
    add a1, a1, a2
.endm

/* A pixel when the next one's first two columns are this one's last two: only the third is new. */
.macro SLIDE p0, p1, p2, p3, p4, p5, p6, p7, p8
    TAPS \p0, \p1, \p2, \p3, \p4, \p5, \p6, \p7, \p8
    add \p0, \p0, t5
    add \p3, \p3, t5
    add \p6, \p6, t5
    FINISH 4, v4, v2
    addi t2, t2, -1
    beqz t2, 7f
.endm

/* table: 3 rows; run: bytes from a column to the next; in_step: from an output's input to the next one's; pixels: outputs, of `lanes` each.
 * Tile (channels 0): outputs are of several pixels of `tiled` channels, the last one of `last` lanes; pitch: bytes from a pixel's end to
 * the next one's begin.
 * a1 weights, then pitch, a2 step of weights, a5 away, a6 bias, a7 input step, t2 outputs left, t3 output, t4 its step, t5 three columns,
 * t6 channels; s0..s8 pointers, s9 zero, s10 min, s11 max */
FUNCTION nn_depthwise_3x3
    SAVE s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    lw s9, ZERO(a0)
    lw s10, MIN(a0)
    lw s11, MAX(a0)
0:
    lw t0, LANES(a0)
    LANES_FROM t0, 4
    lw a1, WEIGHTS(a0)
    lw a2, WEIGHT_STEP(a0)
    .irp register, v14, v16, v18, v20, v22, v24, v26, v28, v30
    LOAD_WEIGHTS \register
    .endr
    lw a1, PITCH(a0)
    beqz a1, 7f
    /* Lane i is i bytes from the first, and pitch more for each pixel between. */
    lw t1, TILED(a0)
    TYPE 1, 4
    vid.v v1
    vdivu.vx v12, v1, t1
    vmul.vx v12, v12, a1
    vadd.vv v1, v1, v12
    TYPE 2, 4
7:
    lw a6, MULT(a0)
    vle32.v v4, (a6)
    lw a6, SHIFT(a0)
    li t0, 4
    vlse16.v v2, (a6), t0
    lw a3, TABLE(a0)
    lw t1, OFFSET(a0)
    lw t5, RUN(a0)
    lw s0, 0(a3)
    lw s3, 4(a3)
    lw s6, 8(a3)
    add s0, s0, t1
    add s3, s3, t1
    add s6, s6, t1
    add s1, s0, t5
    add s4, s3, t5
    add s7, s6, t5
    add s2, s1, t5
    add s5, s4, t5
    add s8, s7, t5
    lw a7, IN_STEP(a0)
    lw a6, BIAS(a0)
    lw a5, AWAY(a0)
    lw t2, PIXELS(a0)
    lw t3, OUT(a0)
    lw t4, OUT_STEP(a0)
    lw t6, CHANNELS(a0)
    beqz t6, 1f
    beq a7, t5, 2f
1:
    li t0, 1
    bne t2, t0, 3f
    bnez t6, 3f
    lw t0, LAST(a0)
    LANES_FROM t0, 4
3:
    beqz a1, 4f
    vle32.v v8, (a6)
    GATHER s0, s1, s2, v14, v16, v18
    GATHER s3, s4, s5, v20, v22, v24
    GATHER s6, s7, s8, v26, v28, v30
    lw t0, MULT(a0)
    vle32.v v4, (t0)
    j 5f
4:
    TAPS s0, s1, s2, s3, s4, s5, s6, s7, s8
5:
    .irp pointer, s0, s1, s2, s3, s4, s5, s6, s7, s8
    add \pointer, \pointer, a7
    .endr
    FINISH 4, v4, v2
    addi t2, t2, -1
    bnez t2, 1b
    j 7f
2:
    slli t0, t5, 1
    add t5, t5, t0
6:
    SLIDE s0, s1, s2, s3, s4, s5, s6, s7, s8
    SLIDE s1, s2, s0, s4, s5, s3, s7, s8, s6
    SLIDE s2, s0, s1, s5, s3, s4, s8, s6, s7
    j 6b
7:
    NEXT_CHANNELS 0b
    RESTORE s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    ret
END nn_depthwise_3x3

/* table: where each tap begins. tiled: if not 0, output channels of each input channel; lanes then gather input, and `channel` is the
 * first lane's.
 * Registers as above; s0 tap's input, s1 multipliers, s2 shifts, a3 table, a4 taps left, t5 tiled */
FUNCTION nn_depthwise_any
    SAVE s0, s1, s2, s9, s10, s11
0:
    lw t0, LANES(a0)
    LANES_FROM t0, 8
    lw t1, OFFSET(a0)
    lw t2, PIXELS(a0)
    lw t3, OUT(a0)
    lw t4, OUT_STEP(a0)
    lw a2, WEIGHT_STEP(a0)
    lw a5, AWAY(a0)
    lw a6, BIAS(a0)
    lw a7, IN_STEP(a0)
    lw s1, MULT(a0)
    lw s2, SHIFT(a0)
    lw s9, ZERO(a0)
    lw s10, MIN(a0)
    lw s11, MAX(a0)
    lw t5, TILED(a0)
    beqz t5, 1f
    li t1, 0
    lw t0, CHANNEL(a0)
    vid.v v20
    vadd.vx v20, v20, t0
    vdivu.vx v20, v20, t5
1:
    vle32.v v8, (a6)
    lw a1, WEIGHTS(a0)
    lw a3, TABLE(a0)
    lw a4, SEGMENTS(a0)
2:
    lw s0, 0(a3)
    addi a3, a3, 4
    add s0, s0, t1
    bnez t5, 4f
    vle8.v v6, (s0)
3:
    vsext.vf2 v4, v6
    vle8.v v18, (a1)
    vsext.vf2 v16, v18
    add a1, a1, a2
    addi a4, a4, -1
    vwmacc.vv v8, v4, v16
    bnez a4, 2b
    j 5f
4:
    TYPE 1, 8
    vluxei16.v v6, (s0), v20
    TYPE 2, 8
    j 3b
6:
    ANY_SHIFT s1, s2
    j 70f
5:
    add t1, t1, a7
    li t0, 2
    beq a5, t0, 6b
    vle32.v v24, (s1)
    li t0, 4
    vlse16.v v16, (s2), t0
    FINISH 8, v24, v16
    addi t2, t2, -1
    bnez t2, 1b
    NEXT_CHANNELS 0b
    RESTORE s0, s1, s2, s9, s10, s11
    ret
END nn_depthwise_any
