/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors
 *
 * Loops over elements, and pooling. */

#include "vector.inc"

/* uint32_t nn_vlenb(void); rounding: to nearest, halves up */
FUNCTION nn_vlenb
    csrwi vxrm, 0
    csrr a0, vlenb
    ret
END nn_vlenb

/* void nn_copy(int8_t *to, const int8_t *from, uint32_t bytes) */
FUNCTION nn_copy
    beqz a2, 2f
1:
    vsetvli t0, a2, e8, m8, ta, ma
    vle8.v v0, (a1)
    sub a2, a2, t0
    vse8.v v0, (a0)
    add a1, a1, t0
    add a0, a0, t0
    bnez a2, 1b
2:
    ret
END nn_copy

/* void nn_fill(int8_t *to, int32_t value, uint32_t bytes) */
FUNCTION nn_fill
    vsetvli t0, x0, e8, m8, ta, ma
    vmv.v.x v0, a1
    beqz a2, 2f
1:
    vsetvli t0, a2, e8, m8, ta, ma
    sub a2, a2, t0
    vse8.v v0, (a0)
    add a0, a0, t0
    bnez a2, 1b
2:
    ret
END nn_fill

/* void nn_look_up(int8_t *to, const int8_t *from, uint32_t bytes, const int8_t *table) */
FUNCTION nn_look_up
    beqz a2, 2f
    li t1, 128
1:
    vsetvli t0, a2, e8, m8, ta, ma
    vle8.v v0, (a1)
    sub a2, a2, t0
    vxor.vx v0, v0, t1
    add a1, a1, t0
    vluxei8.v v8, (a3), v0
    vse8.v v8, (a0)
    add a0, a0, t0
    bnez a2, 1b
2:
    ret
END nn_look_up

/* v / 2^shift, rounded to nearest, halves away from zero; 0 is exact anyway. */
.macro ROUND sum, shift
    beqz \shift, 7f
    vmslt.vx v0, \sum, x0
    vadd.vi \sum, \sum, -1, v0.t
    vssra.vx \sum, \sum, \shift
7:
.endm

/* struct nn_binary */
    .equ B_ZERO, 0
    .equ B_ZERO2, 4
    .equ B_ZERO_OUT, 8
    .equ B_MIN, 12
    .equ B_MAX, 16
    .equ B_PARAMS, 20

/* Saturates v8, e32 m8, with the zero point, to bytes; stores them. a4 zero point, a5 min, a6 max */
.macro PUT
    vadd.vx v8, v8, a4
    vsetvli x0, x0, e16, m4, ta, ma
    vnclip.wi v8, v8, 0
    vsetvli x0, x0, e8, m2, ta, ma
    vnclip.wi v8, v8, 0
    vmax.vx v8, v8, a5
    vmin.vx v8, v8, a6
    vse8.v v8, (a2)
    add a2, a2, t0
.endm

/* The next elements of both inputs, less their zero points, to v8 and v16, e32 m8. t1, t2 minus the zero points; t0 := how many */
.macro GET
    vsetvli t0, a3, e32, m8, ta, mu
    vle8.v v2, (a0)
    vle8.v v4, (a1)
    sub a3, a3, t0
    add a0, a0, t0
    add a1, a1, t0
    vsext.vf4 v8, v2
    vsext.vf4 v16, v4
    vadd.vx v8, v8, t1
    vadd.vx v16, v16, t2
.endm

.macro GET_CONSTANTS
    SAVE s0, s1, s2, s3, s4, s5, s6
    lw t1, B_ZERO(a4)
    neg t1, t1
    lw t2, B_ZERO2(a4)
    neg t2, t2
    lw a5, B_MIN(a4)
    lw a6, B_MAX(a4)
    lw t3, B_PARAMS(a4)
    lw a4, B_ZERO_OUT(a4)
.endm

/* void nn_add(const int8_t *in, const int8_t *in2, int8_t *out, uint32_t n, const struct nn_binary *); n > 0 */
FUNCTION nn_add
    GET_CONSTANTS
    lw s0, 0(t3)
    lw s1, 4(t3)
    lw s2, 8(t3)
    lw s3, 12(t3)
    lw s4, 16(t3)
    lw s5, 20(t3)
    lw s6, 24(t3)
1:
    GET
    vsll.vx v8, v8, s0
    vsll.vx v16, v16, s0
    vsmul.vx v8, v8, s1
    vsmul.vx v16, v16, s3
    ROUND v8, s2
    ROUND v16, s4
    vadd.vv v8, v8, v16
    vsmul.vx v8, v8, s5
    ROUND v8, s6
    PUT
    bnez a3, 1b
    RESTORE s0, s1, s2, s3, s4, s5, s6
    ret
END nn_add

/* void nn_multiply(the same) */
FUNCTION nn_multiply
    GET_CONSTANTS
    lw s1, 0(t3)
    lw s2, 4(t3)
    li s0, 0
    bgez s2, 1f
    neg s0, s2
    li s2, 0
1:
    GET
    vmul.vv v8, v8, v16
    vsll.vx v8, v8, s0
    vsmul.vx v8, v8, s1
    ROUND v8, s2
    PUT
    bnez a3, 1b
    RESTORE s0, s1, s2, s3, s4, s5, s6
    ret
END nn_multiply

/* v8, e32 m8 := sum of a window. */
FUNCTION nn_pool_sum
    lw t0, LANES(a0)
    vsetvli x0, t0, e32, m8, ta, mu
    vmv.v.i v8, 0
    vsetvli x0, x0, e16, m4, ta, ma
    lw a1, TABLE(a0)
    lw a2, IN_STEP(a0)
    lw a3, SEGMENTS(a0)
    lw a4, OFFSET(a0)
1:
    lw t1, RUN(a0)
2:
    vle8.v v6, (a1)
    add a1, a1, a2
    vsext.vf2 v4, v6
    addi t1, t1, -1
    vwadd.wv v8, v8, v4
    bnez t1, 2b
    add a1, a1, a4
    addi a3, a3, -1
    bnez a3, 1b
    vsetvli x0, x0, e32, m8, ta, mu
    jr t5
END nn_pool_sum

/* void nn_average(struct nn_piece *): an output pixel. table: its first input; segments rows of run pixels in_step apart, offset from a
 * row's end to the next one's begin; pixels: segments * run; lanes channels */
FUNCTION nn_average
    jal t5, nn_pool_sum
    lw t1, PIXELS(a0)
    srli t2, t1, 1
    slli t3, t2, 1
    vmsle.vx v0, v8, x0
    vadd.vx v8, v8, t2
    neg t3, t3
    vadd.vx v8, v8, t3, v0.t
    vdiv.vx v8, v8, t1
    j nn_pool_narrow
END nn_average

/* void nn_mean(the same). mult: multiplier and shift; pitch: added to the sum; zero: to the result */
FUNCTION nn_mean
    jal t5, nn_pool_sum
    lw t0, PITCH(a0)
    lw t1, MULT(a0)
    lw t2, 4(t1)
    lw t1, 0(t1)
    lw t3, ZERO(a0)
    vadd.vx v8, v8, t0
    bgez t2, 1f
    neg t2, t2
    vsll.vx v8, v8, t2
    li t2, 0
1:
    vsmul.vx v8, v8, t1
    ROUND v8, t2
    vadd.vx v8, v8, t3
    j nn_pool_narrow
END nn_mean

/* void nn_maximum(the same) */
FUNCTION nn_maximum
    lw t0, LANES(a0)
    vsetvli x0, t0, e8, m2, ta, ma
    li t1, -128
    vmv.v.x v8, t1
    lw a1, TABLE(a0)
    lw a2, IN_STEP(a0)
    lw a3, SEGMENTS(a0)
    lw a4, OFFSET(a0)
1:
    lw t1, RUN(a0)
2:
    vle8.v v4, (a1)
    add a1, a1, a2
    addi t1, t1, -1
    vmax.vv v8, v8, v4
    bnez t1, 2b
    add a1, a1, a4
    addi a3, a3, -1
    bnez a3, 1b
    j nn_pool_finish
END nn_maximum

FUNCTION nn_pool_narrow
    vsetvli x0, x0, e16, m4, ta, ma
    vnclip.wi v8, v8, 0
    vsetvli x0, x0, e8, m2, ta, ma
    vnclip.wi v8, v8, 0
    j nn_pool_finish
END nn_pool_narrow

FUNCTION nn_pool_finish
    lw t1, MIN(a0)
    lw t2, MAX(a0)
    lw t3, OUT(a0)
    vmax.vx v8, v8, t1
    vmin.vx v8, v8, t2
    vse8.v v8, (t3)
    ret
END nn_pool_finish
