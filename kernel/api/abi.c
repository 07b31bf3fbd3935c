// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// What user programs are compiled against, number by number (sel4-abi.md ch. 1 to 4, 8, 12): the descriptions in api/*.toml and the headers of
// the kernel may change, these values must not. Nothing here makes code.
#include <arch.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/sched_context.h>
#include <sched/time.h>

#include "../boot/boot.h"

#define SAME(expression, value) _Static_assert((expression) == (value), #expression " is " #value)
#define BY_WORD(expression, w32, w64) SAME(expression, CONFIG_WORD_SIZE == 32 ? (w32) : (w64))
#define OFFSET(type, field, w32, w64) BY_WORD(offsetof(type, field), w32, w64)

// 1.1, 1.8: words, limits.
BY_WORD(sizeof(word_t), 4, 8);
BY_WORD(seL4_WordSizeBits, 2, 3);
SAME(seL4_MinPrio, 0);
SAME(seL4_MaxPrio, 255);
SAME(CONFIG_NUM_PRIORITIES, 256);
BY_WORD(seL4_UserTop, 0x80000000ul, 0x3ffffff000ul);
SAME(seL4_PageBits, 12);
BY_WORD(seL4_LargePageBits, 22, 21);
BY_WORD(seL4_PageTableEntryBits, 2, 3);
BY_WORD(seL4_PageTableIndexBits, 10, 9);
BY_WORD(seL4_NumASIDPoolsBits, 5, 7);
BY_WORD(seL4_ASIDPoolIndexBits, 4, 9);
SAME(seL4_NumInitialCaps, 16);
SAME(seL4_MinUntypedBits, 4);
BY_WORD(seL4_MaxUntypedBits, 29, 38);
SAME(ARCH_TCB_FLAGS <= 1, 1);

// 1.2: the message info word, with all bits of a field set.
SAME(seL4_MsgMaxLength, 120);
SAME(seL4_MsgMaxExtraCaps, 3);
SAME(INFO_LENGTH_MASK, 0x7f);
SAME(MASK(seL4_MsgExtraCapBits) << INFO_CAPS_SHIFT, 0x180);
SAME(INFO_UNWRAPPED_SHIFT, 9);
SAME(INFO_LABEL_SHIFT, 12);
SAME(REG_MESSAGE_COUNT, 4);

// 1.3: rights.
SAME(RIGHT_WRITE, 1);
SAME(RIGHT_READ, 2);
SAME(RIGHT_GRANT, 4);
SAME(RIGHT_GRANT_REPLY, 8);

// 1.6: the IPC buffer, as byte offsets.
BY_WORD(seL4_IPCBufferSizeBits, 9, 10);
BY_WORD(BUFFER_MR(0) * sizeof(word_t), 4, 8);
BY_WORD(BUFFER_CAPS * sizeof(word_t), 488, 976);
BY_WORD(BUFFER_RECEIVE_CNODE * sizeof(word_t), 500, 1000);
BY_WORD(BUFFER_RECEIVE_INDEX * sizeof(word_t), 504, 1008);
BY_WORD(BUFFER_RECEIVE_DEPTH * sizeof(word_t), 508, 1016);

// 1.7, 6.1: registers in the order of the user context.
SAME(REG_USER_COUNT, 32);
SAME(REG_FRAME_COUNT, 16);
SAME(REG_PC, 0);
SAME(REG_RA, 1);
SAME(REG_SP, 2);
SAME(REG_GP, 3);
SAME(REG_S0, 4);
SAME(REG_S11, 15);
SAME(REG_A0, 16);
SAME(REG_A7, 23);
SAME(REG_T0, 24);
SAME(REG_T6, 30);
SAME(REG_TP, 31);
SAME(REG_BADGE, REG_A0);
SAME(REG_INFO, REG_A1);
SAME(REG_MESSAGE, REG_A2);
SAME(REG_REPLY, REG_A6);
SAME(REG_NBSENDRECV_DEST, REG_T0);

// 2.1: system calls.
SAME(seL4_SysCall, -1);
SAME(seL4_SysReplyRecv, -2);
SAME(seL4_SysNBSendRecv, -3);
SAME(seL4_SysNBSendWait, -4);
SAME(seL4_SysSend, -5);
SAME(seL4_SysNBSend, -6);
SAME(seL4_SysRecv, -7);
SAME(seL4_SysNBRecv, -8);
SAME(seL4_SysWait, -9);
SAME(seL4_SysNBWait, -10);
SAME(seL4_SysYield, -11);
SAME(seL4_SysDebugPutChar, -12);
SAME(seL4_SysDebugNameThread, -17);
SAME(seL4_SysBenchmarkFlushCaches, -21);
SAME(seL4_SysBenchmarkResetAllThreadsUtilisation, -29);

// 3.2, 3.3: errors, lookup failures, labels.
SAME(seL4_InvalidArgument, 1);
SAME(seL4_InvalidCapability, 2);
SAME(seL4_IllegalOperation, 3);
SAME(seL4_RangeError, 4);
SAME(seL4_AlignmentError, 5);
SAME(seL4_FailedLookup, 6);
SAME(seL4_TruncatedMessage, 7);
SAME(seL4_DeleteFirst, 8);
SAME(seL4_RevokeFirst, 9);
SAME(seL4_NotEnoughMemory, 10);
SAME(seL4_NumErrors, 11);
SAME(seL4_InvalidRoot, 1);
SAME(seL4_MissingCapability, 2);
SAME(seL4_DepthMismatch, 3);
SAME(seL4_GuardMismatch, 4);
SAME(UntypedRetype, 1);
SAME(TCBReadRegisters, 2);
SAME(TCBSetFlags, 17);
SAME(CNodeRevoke, 18);
SAME(CNodeRotate, 25);
SAME(IRQIssueIRQHandler, 26);
SAME(DomainSetSet, 30);
SAME(SchedControlConfigureFlags, 33);
SAME(SchedContextYieldTo, 38);
SAME(RISCVPageTableMap, 39);
SAME(RISCVPageMap, 41);
SAME(RISCVASIDControlMakePool, 44);
SAME(RISCVIRQIssueIRQHandlerTrigger, 46);

// 4.1, 4.2: object types and sizes. What fits in them is asserted where the objects are declared.
SAME(seL4_ReplyObject, 6);
BY_WORD(seL4_RISCV_4K_Page, 7, 8);
BY_WORD(seL4_RISCV_Mega_Page, 8, 9);
BY_WORD(seL4_RISCV_PageTableObject, 9, 10);
BY_WORD(seL4_ObjectTypeCount, 10, 11);
BY_WORD(seL4_SlotBits, 4, 5);
SAME(sizeof(slot_t), BIT(seL4_SlotBits));
SAME(seL4_EndpointBits, 4);
BY_WORD(seL4_NotificationBits, 5, 6);
BY_WORD(seL4_ReplyBits, 4, 5);
#ifdef CONFIG_HAVE_FPU
BY_WORD(seL4_TCBBits, 10, 11);
#else
BY_WORD(seL4_TCBBits, 9, 10);
#endif
SAME(seL4_MinSchedContextBits, 7);
SAME(seL4_PageTableBits, 12);
SAME(seL4_VSpaceBits, 12);
SAME(seL4_ASIDPoolBits, 12);
BY_WORD((BIT(7) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes, 2, 0); // extra refills
BY_WORD((BIT(8) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes, 10, 8);

// 8.1: faults.
SAME(seL4_Fault_NullFault, 0);
SAME(seL4_Fault_CapFault, 1);
SAME(seL4_Fault_UnknownSyscall, 2);
SAME(seL4_Fault_UserException, 3);
SAME(seL4_Fault_Timeout, 5);
SAME(seL4_Fault_VMFault, 6);
SAME(ARCH_SYSCALL_MESSAGE_REGS + 1, 11);
SAME(ARCH_EXCEPTION_MESSAGE_REGS + 2, 4);

// 9.1: time.
#if CONFIG_TIMER_FREQUENCY == 10000000 && CONFIG_KERNEL_WCET_SCALE == 1 && !CONFIG_KERNEL_STATIC_MAX_PERIOD_US
SAME(MIN_BUDGET_US, 20);
SAME(MAX_PERIOD_US, 0x0333333333333333);
#endif
SAME(MIN_REFILLS, 2);

// 12.4, 12.5: slots of the root CNode, boot information.
SAME(seL4_CapInitThreadTCB, 1);
SAME(seL4_CapInitThreadCNode, 2);
SAME(seL4_CapInitThreadVSpace, 3);
SAME(seL4_CapIRQControl, 4);
SAME(seL4_CapASIDControl, 5);
SAME(seL4_CapInitThreadASIDPool, 6);
SAME(seL4_CapBootInfoFrame, 9);
SAME(seL4_CapInitThreadIPCBuffer, 10);
SAME(seL4_CapDomain, 11);
SAME(seL4_CapInitThreadSC, 14);
OFFSET(struct boot_info, extra_len, 0, 0);
OFFSET(struct boot_info, node_id, 4, 8);
OFFSET(struct boot_info, num_nodes, 8, 16);
OFFSET(struct boot_info, num_io_pt_levels, 12, 24);
OFFSET(struct boot_info, ipc_buffer, 16, 32);
OFFSET(struct boot_info, empty, 20, 40);
OFFSET(struct boot_info, shared_frames, 28, 56);
OFFSET(struct boot_info, user_image_frames, 36, 72);
OFFSET(struct boot_info, user_image_paging, 44, 88);
OFFSET(struct boot_info, io_space_caps, 52, 104);
OFFSET(struct boot_info, extra_bi_pages, 60, 120);
OFFSET(struct boot_info, init_thread_cnode_size_bits, 68, 136);
OFFSET(struct boot_info, init_thread_domain, 72, 144);
OFFSET(struct boot_info, sched_control, 76, 152);
OFFSET(struct boot_info, untyped, 84, 168);
OFFSET(struct boot_info, untyped_list, 92, 184);
OFFSET(struct untyped_desc, size_bits, 4, 8);
OFFSET(struct untyped_desc, is_device, 5, 9);
BY_WORD(sizeof(struct untyped_desc), 8, 16);
SAME(BOOTINFO_HEADER_FDT, 6);
