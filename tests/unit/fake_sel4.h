/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* In place of <sel4/sel4.h> (same guard; forced in with -include): the seL4 calls that host tests of the runtime libraries
 * use, as functions that the test defines. */
#ifndef SEL4_SEL4_H
#define SEL4_SEL4_H

#include <sel4/types.h>

#define seL4_WordBits (8 * sizeof(seL4_Word))
#define seL4_PageBits 12

typedef enum {
    seL4_NoError = 0,
    seL4_InvalidArgument = 1,
    seL4_InvalidCapability = 2,
    seL4_IllegalOperation = 3,
    seL4_FailedLookup = 6,
    seL4_DeleteFirst = 8,
    seL4_NotEnoughMemory = 10,
} seL4_Error;
enum { seL4_MissingCapability = 2 };

extern seL4_IPCBuffer *__sel4_ipc_buffer;
static inline void seL4_SetIPCBuffer(seL4_IPCBuffer *buffer) { __sel4_ipc_buffer = buffer; }
static inline seL4_Word seL4_GetMR(seL4_Word i) { return __sel4_ipc_buffer->msg[i]; }
static inline void seL4_SetMR(seL4_Word i, seL4_Word value) { __sel4_ipc_buffer->msg[i] = value; }
static inline void seL4_SetCap(seL4_Word i, seL4_CPtr cptr) { __sel4_ipc_buffer->caps_or_badges[i] = cptr; }
static inline void seL4_SetCapReceivePath(seL4_CPtr cnode, seL4_CPtr index, seL4_Word depth)
{
    __sel4_ipc_buffer->receiveCNode = cnode;
    __sel4_ipc_buffer->receiveIndex = index;
    __sel4_ipc_buffer->receiveDepth = depth;
}

void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3);
seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply);
seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge, seL4_CPtr reply);
seL4_Error seL4_CNode_Delete(seL4_CNode root, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_CNode_Copy(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights);
seL4_Error seL4_RISCV_Page_Map(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights, seL4_RISCV_VMAttributes attr);
seL4_Error seL4_RISCV_Page_Unmap(seL4_CPtr frame);
seL4_Error seL4_RISCV_PageTable_Map(seL4_CPtr table, seL4_CPtr vspace, seL4_Word vaddr, seL4_RISCV_VMAttributes attr);
seL4_Error seL4_RISCV_ASIDPool_Assign(seL4_CPtr pool, seL4_CPtr vspace);

#endif
