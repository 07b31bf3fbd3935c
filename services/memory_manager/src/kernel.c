/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The allocator's view of the kernel, by real system calls. */

#include "kernel.h"

#include "camkes.h"
#include <stdatomic.h>
#include <string.h>

int kernel_move(uint32_t dest, uint32_t src)
{
    return (int)seL4_CNode_Move(BOOT_CNODE, dest, seL4_WordBits, BOOT_CNODE, src, seL4_WordBits);
}

int kernel_split(uint32_t untyped, uint32_t bits, uint32_t dest, uint32_t count)
{
    return (int)seL4_Untyped_Retype(untyped, seL4_UntypedObject, bits, BOOT_CNODE, 0, 0, dest, count);
}

int kernel_create(uint32_t untyped, uint32_t type, uint32_t size_bits, uint32_t client, uint32_t slot, uint32_t count)
{
    return (int)seL4_Untyped_Retype(untyped, type, size_bits, memory_client_cnode[client], 0, 0, slot, count);
}

/* Frames of the boot image are not cleared by the kernel: they hold the rootserver's data, or the last owner's. */
static int clear_frame(uint32_t frame)
{
    int error = (int)seL4_RISCV_Page_Map(frame, seL4_CapInitThreadVSpace, (seL4_Word)RECYCLE, seL4_ReadWrite, 1 /* no execute */);
    if (error == seL4_NoError) {
        memset(RECYCLE, 0, RECYCLE_SIZE);
        error = (int)seL4_RISCV_Page_Unmap(frame);
    }
    return error;
}

int kernel_lend_frame(uint32_t frame, uint32_t client, uint32_t slot)
{
    int error = clear_frame(frame);
    if (error != seL4_NoError) {
        return error;
    }
    return (int)seL4_CNode_Copy(memory_client_cnode[client], slot, seL4_WordBits, BOOT_CNODE, frame, seL4_WordBits, seL4_AllRights);
}

int kernel_unmap(uint32_t frame)
{
    return (int)seL4_RISCV_Page_Unmap(frame);
}

int kernel_revoke(uint32_t slot)
{
    return (int)seL4_CNode_Revoke(BOOT_CNODE, slot, seL4_WordBits);
}

int kernel_delete(uint32_t slot)
{
    return (int)seL4_CNode_Delete(BOOT_CNODE, slot, seL4_WordBits);
}

/* A function of its own, so that the compiler cannot move a store past it; the fences say so. */
void kernel_commit(volatile uint16_t *word, uint16_t value)
{
    atomic_signal_fence(memory_order_seq_cst);
    *word = value;
    atomic_signal_fence(memory_order_seq_cst);
}
