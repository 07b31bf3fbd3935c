/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Prints the registers and IPC buffer words with which system calls and invocation stubs enter the kernel, one line
 * each; test_api.py knows what they have to be. */
#include <sel4/sel4.h>

extern seL4_Word captured[9];
seL4_Word reply_info;
static seL4_IPCBuffer buffer;

static void put(const char *text)
{
    while (*text) {
        *(volatile char *)0x10000000 = *text++;
    }
}

static void put_hex(seL4_Word value)
{
    char text[2] = "";
    for (int shift = (int)seL4_WordBits - 4; shift >= 0; shift -= 4) {
        if (value >> shift || shift == 0) {
            text[0] = "0123456789abcdef"[value >> shift & 15];
            put(text);
        }
    }
    put(" ");
}

/* name: a0..a7 t0 | capabilities | message registers 4.. */
static void show(const char *name, unsigned caps, unsigned mrs)
{
    put(name);
    put(": ");
    for (int i = 0; i < 9; i++) {
        put_hex(captured[i]);
    }
    put("| ");
    for (unsigned i = 0; i < caps; i++) {
        put_hex(buffer.caps_or_badges[i]);
    }
    put("| ");
    for (unsigned i = 4; i < mrs; i++) {
        put_hex(buffer.msg[i]);
    }
    put("\n");
}

static void values(const char *name, seL4_Word a, seL4_Word b)
{
    put(name);
    put(": ");
    put_hex(a);
    put_hex(b);
    for (int i = 0; i < 4; i++) {
        put_hex(buffer.msg[i]);
    }
    put("\n");
}

static void messages(void)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(0x55, 0, 1, 4);
    seL4_Word badge = 0;
    for (seL4_Word i = 0; i < 4; i++) {
        seL4_SetMR(i, 0x10 + i);
    }
    seL4_Send(1, info), show("Send", 0, 0);
    for (seL4_Word i = 0; i < 4; i++) {
        seL4_SetMR(i, 0x10 + i);
    }
    info = seL4_ReplyRecv(2, info, &badge, 3), show("ReplyRecv", 0, 0);
    values("ReplyRecv values", info.words[0], badge);
    seL4_Recv(2, &badge, 3), show("Recv", 0, 0);
    seL4_NBRecv(2, &badge, 3), show("NBRecv", 0, 0);
    seL4_Wait(2, &badge), show("Wait", 0, 0);
    seL4_Poll(2, 0), show("Poll", 0, 0);
    seL4_NBSend(1, info), show("NBSend", 0, 0);
    seL4_NBSendRecv(1, info, 2, &badge, 3), show("NBSendRecv", 0, 0);
    seL4_NBSendWait(1, info, 2, &badge), show("NBSendWait", 0, 0);
    seL4_Signal(9), show("Signal", 0, 0);
    seL4_Yield(), show("Yield", 0, 0);
    seL4_Word m0 = 0x20, m3 = 0x23;
    seL4_CallWithMRs(1, info, &m0, 0, 0, &m3), show("CallWithMRs", 0, 0);
    values("CallWithMRs values", m0, m3);
    seL4_NBSendWaitWithMRs(1, info, 2, &badge, &m0, 0, 0, 0), show("NBSendWaitWithMRs", 0, 0);
}

static void invocations(void)
{
    seL4_UserContext regs;
    for (seL4_Word i = 0; i < 32; i++) {
        ((seL4_Word *)&regs)[i] = 0x100 + i;
    }
    seL4_Untyped_Retype(1, 2, 3, 4, 5, 6, 7, 8), show("Retype", 1, 6);
    seL4_TCB_Configure(1, 2, 3, 4, 5, 6, 7), show("Configure", 3, 0);
    seL4_TCB_SetSchedParams(1, 2, 3, 4, 5, 6), show("SetSchedParams", 3, 0);
    seL4_TCB_SetSpace(1, 2, 3, 4, 5, 6), show("SetSpace", 3, 0);
    seL4_TCB_CopyRegisters(1, 2, 1, 0, 1, 1, 0x80), show("CopyRegisters", 1, 0);
    seL4_TCB_WriteRegisters(1, 1, 0, 32, &regs), show("WriteRegisters", 0, 34);
    seL4_CNode_Mint(1, 2, 0x20, 4, 5, 6, seL4_CanWrite, 8), show("Mint", 1, 6);
    seL4_CNode_Rotate(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), show("Rotate", 2, 8);
    seL4_IRQControl_Get(1, 2, 3, 4, 5), show("IRQGet", 1, 0);
    seL4_IRQControl_GetTrigger(1, 2, 1, 3, 4, 5), show("IRQGetTrigger", 1, 0);
    seL4_SchedControl_ConfigureFlags(1, 2, 0x300000004, 0x500000006, 7, 8, 1), show("ConfigureFlags", 1, 7);
    seL4_RISCV_Page_Map(1, 2, 0x3000, seL4_ReadWrite, seL4_RISCV_ExecuteNever), show("PageMap", 1, 0);
    seL4_RISCV_ASIDControl_MakePool(1, 2, 3, 4, 5), show("MakePool", 2, 0);
    seL4_TCB_Suspend(1), show("Suspend", 0, 0);
    buffer.msg[0] = 0;
    reply_info = 0;
    values("Success values", (seL4_Word)seL4_TCB_Suspend(1), 0);
    reply_info = SEL4_INFO(seL4_RangeError, 0, 2);
    values("Error values", (seL4_Word)seL4_TCB_Suspend(1), 0);
    reply_info = SEL4_INFO(0, 0, 2);
    seL4_SchedContext_Consumed_t consumed = seL4_SchedContext_Consumed(1);
    values("Consumed values", (seL4_Word)(consumed.consumed >> 32), (seL4_Word)consumed.consumed & 0xffffffff);
    regs.sp = 0;
    seL4_TCB_ReadRegisters(1, 1, 0, 2, &regs), show("ReadRegisters", 0, 0);
    values("ReadRegisters values", regs.pc, regs.sp);
}

void program(void);
void program(void)
{
    seL4_SetIPCBuffer(&buffer);
    reply_info = SEL4_INFO_WORD(0x66, 0, 0, 4);
    messages();
    invocations();
}
