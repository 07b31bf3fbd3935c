/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* System calls whose message is in the IPC buffer (sel4/syscalls.h). */
#include <sel4/syscalls.h>

/* The four registers go out of and into the buffer in every call: where a call only sends or only receives that is
 * four harmless moves, and the whole family is one function. */
static seL4_MessageInfo_t transfer(int number, seL4_CPtr a0, seL4_MessageInfo_t info, seL4_Word a6, seL4_Word t0, seL4_Word *badge)
{
    seL4_Word *msg = __sel4_ipc_buffer->msg;
    return seL4_TransferRegisters(number, a0, info.words[0], a6, t0, badge, msg, msg + 1, msg + 2, msg + 3);
}

static const seL4_MessageInfo_t nothing;

void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info) { (void)transfer(seL4_SysSend, dest, info, 0, 0, 0); }
void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info) { (void)transfer(seL4_SysNBSend, dest, info, 0, 0, 0); }

seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    return transfer(seL4_SysCall, dest, info, 0, 0, 0);
}

seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    return transfer(seL4_SysRecv, src, nothing, reply, 0, badge);
}

seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    return transfer(seL4_SysNBRecv, src, nothing, reply, 0, badge);
}

seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *badge)
{
    return transfer(seL4_SysWait, src, nothing, 0, 0, badge);
}

seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *badge)
{
    return transfer(seL4_SysNBWait, src, nothing, 0, 0, badge);
}

seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge, seL4_CPtr reply)
{
    return transfer(seL4_SysReplyRecv, src, info, reply, 0, badge);
}

seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    return transfer(seL4_SysNBSendRecv, src, info, reply, dest, badge);
}

/* The destination travels in a6, the source in a0 (sel4-abi §2.3). */
seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src, seL4_Word *badge)
{
    return transfer(seL4_SysNBSendWait, src, info, dest, 0, badge);
}

#ifdef CONFIG_DEBUG_BUILD
void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *text = (char *)__sel4_ipc_buffer->msg;
    seL4_Word last = sizeof(__sel4_ipc_buffer->msg) - 1;
    seL4_Word n = 0;
    for (; name[n] && n < last; n++) {
        text[n] = name[n];
    }
    text[n] = '\0';
    (void)seL4_OneRegister(seL4_SysDebugNameThread, tcb);
}
#endif
