/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/copyregion.h>

static seL4_Error map(const struct copyregion *r, seL4_CPtr frame, bool writable)
{
    return seL4_RISCV_Page_Map(frame, r->vspace, (seL4_Word)r->address, writable ? seL4_ReadWrite : seL4_CanRead, seL4_RISCV_ExecuteNever);
}

/* What Page_Map says about a capability that is mapped at another address or in another address space (sel4-abi
 * 10.4, checks 7 and 8). */
static bool mapped_elsewhere(seL4_Error error) { return error == seL4_InvalidCapability || error == seL4_InvalidArgument; }

static seL4_Error map_copy(struct copyregion *r, seL4_CPtr frame, bool writable)
{
    seL4_Error error = seL4_CNode_Copy(r->cnode, r->spare, seL4_WordBits, r->cnode, frame, seL4_WordBits, seL4_AllRights);
    if (error) {
        return error;
    }
    error = map(r, r->spare, writable);
    if (error) {
        (void)seL4_CNode_Delete(r->cnode, r->spare, seL4_WordBits);
    }
    return error;
}

void *copyregion_map(struct copyregion *r, seL4_CPtr frame, bool writable)
{
    copyregion_unmap(r);
    seL4_CPtr used = frame;
    seL4_Error error = map(r, frame, writable);
    if (mapped_elsewhere(error) && r->spare) {
        used = r->spare;
        error = map_copy(r, frame, writable);
    }
    if (error) {
        return NULL;
    }
    r->mapped = used;
    __asm__ volatile("" : : : "memory"); /* the window has other contents now */
    return r->address;
}

void copyregion_unmap(struct copyregion *r)
{
    if (!r->mapped) {
        return;
    }
    __asm__ volatile("" : : : "memory"); /* what was written must be there before */
    if (r->mapped == r->spare) {
        (void)seL4_CNode_Delete(r->cnode, r->spare, seL4_WordBits);
    } else {
        (void)seL4_RISCV_Page_Unmap(r->mapped);
    }
    r->mapped = 0;
}
