/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* System calls (sel4-abi §2). The calls with many registers are functions (src/): one copy of each per program is
 * smaller than inline sequences. Message registers 0..3 travel in a2..a5; the plain variants keep them in the IPC
 * buffer, the WithMRs variants take and give them directly (a null pointer: that register is not wanted). */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/invocation_gen.h>
#include <sel4/types.h>

/* The thread's IPC buffer. A plain global: components have one thread. */
extern seL4_IPCBuffer *__sel4_ipc_buffer;

static inline seL4_IPCBuffer *seL4_GetIPCBuffer(void) { return __sel4_ipc_buffer; }
static inline void seL4_SetIPCBuffer(seL4_IPCBuffer *buffer) { __sel4_ipc_buffer = buffer; }
static inline seL4_Word seL4_GetMR(seL4_Word i) { return __sel4_ipc_buffer->msg[i]; }
static inline void seL4_SetMR(seL4_Word i, seL4_Word value) { __sel4_ipc_buffer->msg[i] = value; }
static inline seL4_Word seL4_GetBadge(int i) { return __sel4_ipc_buffer->caps_or_badges[i]; }
static inline seL4_CPtr seL4_GetCap(int i) { return __sel4_ipc_buffer->caps_or_badges[i]; }
static inline void seL4_SetCap(seL4_Word i, seL4_CPtr cptr) { __sel4_ipc_buffer->caps_or_badges[i] = cptr; }
static inline seL4_Word seL4_GetUserData(void) { return __sel4_ipc_buffer->userData; }
static inline void seL4_SetUserData(seL4_Word data) { __sel4_ipc_buffer->userData = data; }

/* Slot for a received capability: CNode, index in it and bits of that index. */
static inline void seL4_SetCapReceivePath(seL4_CPtr cnode, seL4_CPtr index, seL4_Word depth)
{
    __sel4_ipc_buffer->receiveCNode = cnode;
    __sel4_ipc_buffer->receiveIndex = index;
    __sel4_ipc_buffer->receiveDepth = depth;
}

/* ---- messages through the IPC buffer ------------------------------------------------------------------------- */

void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info);
void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info);
/* badge may be NULL. */
seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply);
seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply);
seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *badge);
seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *badge);
seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge, seL4_CPtr reply);
seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply);
seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge);

static inline seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *badge) { return seL4_NBWait(src, badge); }

/* ---- one register set in and out ----------------------------------------------------------------------------- */

#define SEL4_SYSCALL_REGISTERS(dest, info, m0, m1, m2, m3, number) \
    register seL4_Word r_a0 __asm__("a0") = (dest); \
    register seL4_Word r_a1 __asm__("a1") = (info); \
    register seL4_Word r_a2 __asm__("a2") = (m0); \
    register seL4_Word r_a3 __asm__("a3") = (m1); \
    register seL4_Word r_a4 __asm__("a4") = (m2); \
    register seL4_Word r_a5 __asm__("a5") = (m3); \
    register seL4_Word r_a7 __asm__("a7") = (seL4_Word)(number)
#define SEL4_REGISTER(mr) ((mr) ? *(mr) : 0)
#define SEL4_STORE_REGISTERS(mr0, mr1, mr2, mr3) \
    do { \
        if (mr0) { *(mr0) = r_a2; } \
        if (mr1) { *(mr1) = r_a3; } \
        if (mr2) { *(mr2) = r_a4; } \
        if (mr3) { *(mr3) = r_a5; } \
    } while (0)

/* Sends only: nothing comes back. */
static inline void seL4_SendRegisters(int number, seL4_CPtr dest, seL4_Word info, seL4_Word m0, seL4_Word m1, seL4_Word m2, seL4_Word m3)
{
    SEL4_SYSCALL_REGISTERS(dest, info, m0, m1, m2, m3, number);
    __asm__ volatile("ecall" : : "r"(r_a0), "r"(r_a1), "r"(r_a2), "r"(r_a3), "r"(r_a4), "r"(r_a5), "r"(r_a7) : "memory");
}

/* Everything else: a6 and t0 as the call wants them (§2.3). mr pointers are read and written. */
static inline seL4_MessageInfo_t seL4_TransferRegisters(int number, seL4_CPtr a0, seL4_Word info, seL4_Word a6, seL4_Word t0, seL4_Word *badge,
                                                        seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    SEL4_SYSCALL_REGISTERS(a0, info, SEL4_REGISTER(mr0), SEL4_REGISTER(mr1), SEL4_REGISTER(mr2), SEL4_REGISTER(mr3), number);
    register seL4_Word r_a6 __asm__("a6") = a6;
    register seL4_Word r_t0 __asm__("t0") = t0;
    __asm__ volatile("ecall" : "+r"(r_a0), "+r"(r_a1), "+r"(r_a2), "+r"(r_a3), "+r"(r_a4), "+r"(r_a5) : "r"(r_a6), "r"(r_t0), "r"(r_a7) : "memory");
    SEL4_STORE_REGISTERS(mr0, mr1, mr2, mr3);
    if (badge) {
        *badge = r_a0;
    }
    return (seL4_MessageInfo_t){ { r_a1 } };
}

/* ---- messages in registers ----------------------------------------------------------------------------------- */

static inline void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_SendRegisters(seL4_SysSend, dest, info.words[0], SEL4_REGISTER(mr0), SEL4_REGISTER(mr1), SEL4_REGISTER(mr2), SEL4_REGISTER(mr3));
}
static inline void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_SendRegisters(seL4_SysNBSend, dest, info.words[0], SEL4_REGISTER(mr0), SEL4_REGISTER(mr1), SEL4_REGISTER(mr2), SEL4_REGISTER(mr3));
}
static inline seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    return seL4_TransferRegisters(seL4_SysCall, dest, info.words[0], 0, 0, 0, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    return seL4_TransferRegisters(seL4_SysRecv, src, 0, reply, 0, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_NBRecvWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    return seL4_TransferRegisters(seL4_SysNBRecv, src, 0, reply, 0, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_WaitWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    return seL4_TransferRegisters(seL4_SysWait, src, 0, 0, 0, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_NBWaitWithMRs(seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    return seL4_TransferRegisters(seL4_SysNBWait, src, 0, 0, 0, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge, seL4_Word *mr0, seL4_Word *mr1,
                                                       seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    return seL4_TransferRegisters(seL4_SysReplyRecv, src, info.words[0], reply, 0, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_NBSendRecvWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    return seL4_TransferRegisters(seL4_SysNBSendRecv, src, info.words[0], reply, dest, badge, mr0, mr1, mr2, mr3);
}
static inline seL4_MessageInfo_t seL4_NBSendWaitWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    return seL4_TransferRegisters(seL4_SysNBSendWait, src, info.words[0], dest, 0, badge, mr0, mr1, mr2, mr3);
}

/* ---- small calls --------------------------------------------------------------------------------------------- */

static inline void seL4_Signal(seL4_CPtr dest)
{
    register seL4_Word r_a0 __asm__("a0") = dest;
    register seL4_Word r_a1 __asm__("a1") = 0;
    register seL4_Word r_a7 __asm__("a7") = (seL4_Word)seL4_SysSend;
    __asm__ volatile("ecall" : : "r"(r_a0), "r"(r_a1), "r"(r_a7) : "memory");
}

/* A system call with one argument and one result in a0: debug and benchmark calls. */
static inline seL4_Word seL4_OneRegister(int number, seL4_Word argument)
{
    register seL4_Word r_a0 __asm__("a0") = argument;
    register seL4_Word r_a7 __asm__("a7") = (seL4_Word)number;
    __asm__ volatile("ecall" : "+r"(r_a0) : "r"(r_a7) : "memory");
    return r_a0;
}

static inline void seL4_Yield(void) { (void)seL4_OneRegister(seL4_SysYield, 0); }

#ifdef CONFIG_PRINTING
static inline void seL4_DebugPutChar(char c) { (void)seL4_OneRegister(seL4_SysDebugPutChar, (seL4_Word)(unsigned char)c); }
static inline void seL4_DebugDumpScheduler(void) { (void)seL4_OneRegister(seL4_SysDebugDumpScheduler, 0); }
static inline void seL4_DebugPutString(const char *text)
{
    while (*text) {
        seL4_DebugPutChar(*text++);
    }
}
#endif

#ifdef CONFIG_DEBUG_BUILD
static inline void seL4_DebugHalt(void) { (void)seL4_OneRegister(seL4_SysDebugHalt, 0); }
static inline void seL4_DebugSnapshot(void) { (void)seL4_OneRegister(seL4_SysDebugSnapshot, 0); }
static inline seL4_Word seL4_DebugCapIdentify(seL4_CPtr cptr) { return seL4_OneRegister(seL4_SysDebugCapIdentify, cptr); }
/* Names a thread in the kernel's messages; uses the IPC buffer. */
void seL4_DebugNameThread(seL4_CPtr tcb, const char *name);
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
static inline void seL4_BenchmarkNullSyscall(void) { (void)seL4_OneRegister(seL4_SysBenchmarkNullSyscall, 0); }
#endif

#endif
