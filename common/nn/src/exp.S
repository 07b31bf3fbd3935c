/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors
 *
 * Softmax's exponentials, a vector at a time; step by step what softmax.c does, where the reasons are. Numbers that are rounded here by
 * vssra alone are never negative. */

#include "vector.inc"

/* struct nn_exp */
    .equ E_PARAMS, 0
    .equ E_LARGEST, 4
    .equ E_INVERSE, 8
    .equ E_BY, 12
    .equ E_MIN, 16
    .equ E_MAX, 20

    .section .rodata.nn_exp_factors, "a", @progbits
    .balign 4
nn_exp_factors:
    .word 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242
nn_exp_factors_end:

/* int32_t nn_largest(const int8_t *in, uint32_t n); n > 0 */
FUNCTION nn_largest
    li t1, -128
    vsetvli t0, x0, e8, m8, ta, ma
    vmv.s.x v8, t1
1:
    vsetvli t0, a1, e8, m8, ta, ma
    vle8.v v0, (a0)
    sub a1, a1, t0
    add a0, a0, t0
    vredmax.vs v8, v0, v8
    bnez a1, 1b
    vmv.x.s a0, v8
    ret
END nn_largest

/* Called by jal t5. e32 m4: v12 := exponentials of the next elements at a0, of which a2 are left, less the largest; v0 := which of them
 * count; t0 := how many.
 * s0 left shift, s1 multiplier, s2 smallest difference less one, s3 minus the largest, s4 quarter, s5 e^(-1/8), s6 third, s7 2^28,
 * s8 one. Changes t1..t4 and all vectors. */
FUNCTION nn_exp
    vsetvli t0, a2, e32, m4, ta, mu
    vle8.v v4, (a0)
    vsext.vf4 v28, v4
    sub a2, a2, t0
    add a0, a0, t0
    vadd.vx v28, v28, s3
    vsll.vx v8, v28, s0
    vsmul.vx v8, v8, s1
    addi t1, s4, -1
    vand.vx v12, v8, t1
    vsub.vx v12, v12, s4
    vsub.vv v16, v12, v8
    vsll.vi v12, v12, 5
    vadd.vx v12, v12, s7
    vsmul.vv v20, v12, v12
    vsmul.vv v4, v20, v20
    vssra.vi v4, v4, 2
    vsmul.vv v24, v20, v12
    vadd.vv v4, v4, v24
    vsmul.vx v4, v4, s6
    vadd.vv v4, v4, v20
    vssra.vi v4, v4, 1
    vadd.vv v12, v12, v4
    vsmul.vx v12, v12, s5
    vadd.vx v12, v12, s5
    lla t1, nn_exp_factors
    lla t2, nn_exp_factors_end
    mv t3, s4
1:
    vand.vx v4, v16, t3
    lw t4, 0(t1)
    vmsne.vi v0, v4, 0
    addi t1, t1, 4
    slli t3, t3, 1
    vsmul.vx v12, v12, t4, v0.t
    bne t1, t2, 1b
    vmseq.vi v0, v8, 0
    vmerge.vxm v12, v12, s8, v0
    vmsgt.vx v0, v28, s2
    jr t5
END nn_exp

.macro GET_EXP_CONSTANTS exp
    SAVE s0, s1, s2, s3, s4, s5, s6, s7, s8
    lw t1, E_PARAMS(\exp)
    lw s1, 0(t1)
    lw s0, 4(t1)
    lw s2, 8(t1)
    addi s2, s2, -1
    lw s3, E_LARGEST(\exp)
    neg s3, s3
    li s4, 1 << 24
    li s5, 1895147668
    li s6, 715827883
    li s7, 1 << 28
    li s8, 0x7fffffff
.endm

/* int32_t nn_exp_sum(const int8_t *in, const struct nn_exp *, uint32_t n); n > 0. In Q12 */
FUNCTION nn_exp_sum
    GET_EXP_CONSTANTS a1
    li a3, 0
1:
    jal t5, nn_exp
    vssra.vi v12, v12, 12
    vmv.s.x v4, a3
    vredsum.vs v4, v12, v4, v0.t
    vmv.x.s a3, v4
    bnez a2, 1b
    mv a0, a3
    RESTORE s0, s1, s2, s3, s4, s5, s6, s7, s8
    ret
END nn_exp_sum

/* void nn_exp_scale(const int8_t *in, const struct nn_exp *, uint32_t n, int8_t *out); n > 0 */
FUNCTION nn_exp_scale
    GET_EXP_CONSTANTS a1
    lw a4, E_INVERSE(a1)
    lw a5, E_BY(a1)
    lw a6, E_MIN(a1)
    lw a7, E_MAX(a1)
1:
    jal t5, nn_exp
    vmv1r.v v20, v0
    vsmul.vx v12, v12, a4
    vmslt.vx v0, v12, x0
    vadd.vi v12, v12, -1, v0.t
    vssra.vx v12, v12, a5
    li t1, -128
    vmv1r.v v0, v20
    vmv.v.x v4, t1
    vadd.vx v4, v12, t1, v0.t
    TYPE 2, 4
    vnclip.wi v4, v4, 0
    TYPE 1, 4
    vnclip.wi v4, v4, 0
    vmax.vx v4, v4, a6
    vmin.vx v4, v4, a7
    vse8.v v4, (a3)
    add a3, a3, t0
    bnez a2, 1b
    RESTORE s0, s1, s2, s3, s4, s5, s6, s7, s8
    ret
END nn_exp_scale
