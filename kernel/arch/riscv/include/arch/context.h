/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Registers of a user thread, in the order of seL4_UserContext (sel4-abi.md 6.1), so that reading and writing registers is
 * plain copying. The trap entry saves and loads them by these offsets. */
#pragma once

#ifdef __ASSEMBLER__
#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REG_SC sc.d
#define CTX(index) ((index) * 8)
#else
#define REG_S sw
#define REG_L lw
#define REG_SC sc.w
#define CTX(index) ((index) * 4)
#endif
#define CTX_PC CTX(0)
#define CTX_RA CTX(1)
#define CTX_SP CTX(2)
#define CTX_GP CTX(3)
#define CTX_S(n) CTX(4 + (n))
#define CTX_A(n) CTX(16 + (n))
#define CTX_T(n) CTX(24 + (n))
#define CTX_TP CTX(31)
#define CTX_NEXT_PC CTX(32)
#else
#include <types.h>

enum user_register {
    REG_PC, /* restart pc: of the trapping instruction */
    REG_RA, REG_SP, REG_GP,
    REG_S0, REG_S1, REG_S2, REG_S3, REG_S4, REG_S5, REG_S6, REG_S7, REG_S8, REG_S9, REG_S10, REG_S11,
    REG_A0, REG_A1, REG_A2, REG_A3, REG_A4, REG_A5, REG_A6, REG_A7,
    REG_T0, REG_T1, REG_T2, REG_T3, REG_T4, REG_T5, REG_T6,
    REG_TP,
    REG_NEXT_PC, /* where the thread continues */
    REG_COUNT
};

/* Roles in the ABI (sel4-abi.md 1.7). */
#define REG_USER_COUNT 32u  /* seL4_UserContext */
#define REG_FRAME_COUNT 16u /* "frame" subset: the first 16; the rest is the "integer" subset */
#define REG_CAP REG_A0
#define REG_BADGE REG_A0
#define REG_INFO REG_A1
#define REG_MESSAGE REG_A2 /* MR0..MR3 are consecutive */
#define REG_MESSAGE_COUNT 4u
#define REG_REPLY REG_A6        /* reply object; destination of NBSendWait */
#define REG_NBSENDRECV_DEST REG_T0
#define REG_TLS REG_TP

#ifdef CONFIG_HAVE_FPU
/* f0..f31 and fcsr while another thread's are in the hart; all zero is the initial state. */
struct fpu_state {
    uint64_t f[32];
    uint32_t fcsr;
};
_Static_assert(offsetof(struct fpu_state, fcsr) == 8 * 32, "offsets that fpu.S uses");
#endif

typedef struct user_context {
    word_t reg[REG_COUNT];
#ifdef CONFIG_HAVE_FPU
    struct fpu_state fpu;
#endif
} user_context_t;

_Static_assert(REG_A0 == 16 && REG_T0 == 24 && REG_TP == 31 && REG_NEXT_PC == 32, "offsets that entry.S uses");
#endif
