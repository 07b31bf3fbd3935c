/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the architecture knows about threads, and the faults that the processor raises. */

#include <api/syscall.h>
#include <arch.h>
#include <arch/fpu.h>
#include <debug/debug.h>

EXPORT void handle_exception(word_t cause);
EXPORT NORETURN void kernel_fault(word_t cause, word_t pc, word_t address, word_t sp);

const uint8_t arch_syscall_message[ARCH_SYSCALL_MESSAGE_REGS] = {
    REG_PC, REG_SP, REG_RA, REG_A0, REG_A1, REG_A2, REG_A3, REG_A4, REG_A5, REG_A6,
};
const uint8_t arch_exception_message[ARCH_EXCEPTION_MESSAGE_REGS] = {REG_PC, REG_SP};

outcome_t arch_check_ipc_buffer(word_t address, cap_t cap)
{
    if (!cap_is_frame(cap) || frame_cap_device(cap))
        return fail(seL4_IllegalOperation);
    if (address & MASK(seL4_IPCBufferSizeBits))
        return fail(seL4_AlignmentError);
    return DONE;
}

/* A zeroed context is complete: sstatus is the same for all threads. */
void arch_init_context(user_context_t *context) { (void)context; }

/* An exception from user mode that is not an ecall (sel4-abi.md 8.3): access and page faults become VM faults with the access fault's
 * number as status, everything else a user exception. */
void handle_exception(word_t cause)
{
    word_t address = csr_read(stval);

    switch (cause) {
    case EXC_INSTRUCTION_ACCESS:
    case EXC_INSTRUCTION_PAGE_FAULT:
        fault_enter(seL4_Fault_VMFault, address, EXC_INSTRUCTION_ACCESS, true);
        break;
    case EXC_LOAD_ACCESS:
    case EXC_LOAD_PAGE_FAULT:
        fault_enter(seL4_Fault_VMFault, address, EXC_LOAD_ACCESS, false);
        break;
    case EXC_STORE_ACCESS:
    case EXC_STORE_PAGE_FAULT:
        fault_enter(seL4_Fault_VMFault, address, EXC_STORE_ACCESS, false);
        break;
    case EXC_ILLEGAL_INSTRUCTION:
        if (fpu_claim(ks.current))
            break;
        /* fall through */
    default:
        fault_enter(seL4_Fault_UserException, cause, 0, 0);
        break;
    }
}

/* The kernel itself trapped: it is broken and must not go on. */
COLD void kernel_fault(word_t cause, word_t pc, word_t address, word_t sp)
{
    kprintf("\nkernel fault: scause %lx sepc %lx stval %lx sp %lx\n", cause, pc, address, sp);
    (void)cause, (void)pc, (void)address, (void)sp;
    arch_halt();
}
