/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Types of the seL4 ABI (sel4-abi §1). Free of system calls, so host programs can use it too. */
#ifndef SEL4_TYPES_H
#define SEL4_TYPES_H

#include <stdint.h>

typedef unsigned long seL4_Word;
typedef int8_t seL4_Bool;
typedef uint8_t seL4_Uint8;
typedef uint16_t seL4_Uint16;
typedef uint32_t seL4_Uint32;
typedef uint64_t seL4_Uint64;
typedef uint64_t seL4_Time; /* microseconds at the API */
typedef seL4_Word seL4_NodeId;
typedef seL4_Word seL4_Domain;
typedef seL4_Word seL4_PAddr;

/* Capability addresses; the names only document what is expected behind them. */
typedef seL4_Word seL4_CPtr;
typedef seL4_CPtr seL4_Untyped;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_DomainSet;
typedef seL4_CPtr seL4_SchedControl;
typedef seL4_CPtr seL4_SchedContext;
typedef seL4_CPtr seL4_RISCV_PageTable;
typedef seL4_CPtr seL4_RISCV_Page;
typedef seL4_CPtr seL4_RISCV_ASIDControl;
typedef seL4_CPtr seL4_RISCV_ASIDPool;
typedef seL4_CPtr seL4_SlotPos;

typedef struct seL4_MessageInfo { seL4_Word words[1]; } seL4_MessageInfo_t;
typedef struct seL4_CapRights { seL4_Word words[1]; } seL4_CapRights_t;
typedef struct seL4_CNode_CapData { seL4_Word words[1]; } seL4_CNode_CapData_t;

typedef enum {
    seL4_RISCV_Default_VMAttributes = 0,
    seL4_RISCV_ExecuteNever = 1,
} seL4_RISCV_VMAttributes;

enum { seL4_TCBFlag_NoFlag = 0, seL4_TCBFlag_fpuDisabled = 1 };
enum { seL4_SchedContextFlag_NoFlag = 0, seL4_SchedContext_Sporadic = 1 };

/* IPC buffer (§1.6). */
typedef struct seL4_IPCBuffer {
    seL4_Word tag;
    seL4_Word msg[120];
    seL4_Word userData;
    seL4_Word caps_or_badges[3];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer;
_Static_assert(sizeof(seL4_IPCBuffer) == 128 * sizeof(seL4_Word), "IPC buffer size");

/* Registers in the order of ReadRegisters and WriteRegisters (§6.1). */
typedef struct seL4_UserContext {
    seL4_Word pc, ra, sp, gp;
    seL4_Word s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    seL4_Word a0, a1, a2, a3, a4, a5, a6, a7;
    seL4_Word t0, t1, t2, t3, t4, t5, t6;
    seL4_Word tp;
} seL4_UserContext;
_Static_assert(sizeof(seL4_UserContext) == 32 * sizeof(seL4_Word), "register set size");

/* ---- message info word (§1.2) -------------------------------------------------------------------------------- */

#define SEL4_INFO_WORD(label, unwrapped, caps, length) \
    (((seL4_Word)(label) << 12) | ((seL4_Word)(unwrapped) << 9) | ((seL4_Word)(caps) << 7) | (seL4_Word)(length))
/* Message info of a request, as the constant word the generated stubs pass. */
#define SEL4_INFO(label, caps, length) SEL4_INFO_WORD(label, 0, caps, length)

static inline seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label, seL4_Word capsUnwrapped, seL4_Word extraCaps, seL4_Word length)
{
    return (seL4_MessageInfo_t){ { SEL4_INFO_WORD(label, capsUnwrapped & 7u, extraCaps & 3u, length & 127u) } };
}
static inline seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info) { return info.words[0] >> 12; }
static inline seL4_Word seL4_MessageInfo_get_capsUnwrapped(seL4_MessageInfo_t info) { return (info.words[0] >> 9) & 7u; }
static inline seL4_Word seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info) { return (info.words[0] >> 7) & 3u; }
static inline seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info) { return info.words[0] & 127u; }

/* ---- capability rights (§1.3) -------------------------------------------------------------------------------- */

static inline seL4_CapRights_t seL4_CapRights_new(seL4_Word grantReply, seL4_Word grant, seL4_Word read, seL4_Word write)
{
    return (seL4_CapRights_t){ { (grantReply & 1u) << 3 | (grant & 1u) << 2 | (read & 1u) << 1 | (write & 1u) } };
}
#define SEL4_RIGHTS(bits) ((seL4_CapRights_t){ { (bits) } })
#define seL4_CanWrite SEL4_RIGHTS(1)
#define seL4_CanRead SEL4_RIGHTS(2)
#define seL4_ReadWrite SEL4_RIGHTS(3)
#define seL4_CanGrant SEL4_RIGHTS(4)
#define seL4_CanGrantReply SEL4_RIGHTS(8)
#define seL4_NoRead SEL4_RIGHTS(0xd)
#define seL4_NoWrite SEL4_RIGHTS(0xe)
#define seL4_NoRights SEL4_RIGHTS(0)
#define seL4_AllRights SEL4_RIGHTS(0xf)

/* ---- CNode guard word (§1.4) --------------------------------------------------------------------------------- */

static inline seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard, seL4_Word guardSize)
{
    seL4_Word word = sizeof(seL4_Word) == 4 ? (guard & 0x3ffffu) << 8 | (guardSize & 31u) << 3 : guard << 6 | (guardSize & 63u);
    return (seL4_CNode_CapData_t){ { word } };
}
static inline seL4_Word seL4_CNode_CapData_get_guard(seL4_CNode_CapData_t data)
{
    return sizeof(seL4_Word) == 4 ? (data.words[0] >> 8) & 0x3ffffu : data.words[0] >> 6;
}
static inline seL4_Word seL4_CNode_CapData_get_guardSize(seL4_CNode_CapData_t data)
{
    return sizeof(seL4_Word) == 4 ? (data.words[0] >> 3) & 31u : data.words[0] & 63u;
}

#endif
