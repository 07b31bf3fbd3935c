/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Turning a description of a program into kernel objects: address spaces, capability spaces, threads and scheduling
 * contexts. Used by the rootserver (for components) and by the process manager (for applications).
 *
 * Everything works on capabilities that the caller already has; nothing here allocates memory or remembers anything.
 * A failed function returns the kernel's error; details are in the message registers. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <model/geometry.h>
#include <sel4/sel4.h>
#include <stddef.h>

/* ---- address spaces ------------------------------------------------------------------------------------------ */

/* Where missing page tables come from: take returns the capability of an unused page table, or 0 when there is none
 * left. A table that was taken is mapped and belongs to the address space. */
struct model_tables {
    seL4_CPtr (*take)(void *context);
    void *context;
};

/* Makes a page table the root of an address space. */
static inline seL4_Error model_vspace_init(seL4_CPtr asid_pool, seL4_CPtr root) { return seL4_RISCV_ASIDPool_Assign(asid_pool, root); }

/* Puts a page table at the highest level that is missing for vaddr. */
static inline seL4_Error model_map_table(seL4_CPtr vspace, seL4_CPtr table, seL4_Word vaddr)
{
    return seL4_RISCV_PageTable_Map(table, vspace, vaddr, seL4_RISCV_Default_VMAttributes);
}

/* Maps a frame with MODEL_READ | MODEL_WRITE | MODEL_EXECUTE. Page tables that are missing are taken from tables, which
 * may be NULL when all are there. Returns seL4_NotEnoughMemory when tables runs out. */
seL4_Error model_map_page(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr, unsigned rights, const struct model_tables *tables);

static inline seL4_Error model_unmap_page(seL4_CPtr frame) { return seL4_RISCV_Page_Unmap(frame); }

/* ---- capability spaces --------------------------------------------------------------------------------------- */

/* Guard word of a one-level CNode of 2^radix slots: capability addresses are slot numbers. */
static inline seL4_Word model_cnode_guard(unsigned radix)
{
    return seL4_CNode_CapData_new(0, seL4_WordBits - radix).words[0];
}

/* Copies a capability between CNodes addressed with full depth; rights and badge as given (badge 0: none). */
seL4_Error model_cap_mint(seL4_CPtr dest_root, seL4_Word dest_slot, seL4_CPtr src_root, seL4_Word src_slot, seL4_Word rights, seL4_Word badge);
seL4_Error model_cap_move(seL4_CPtr dest_root, seL4_Word dest_slot, seL4_CPtr src_root, seL4_Word src_slot);
seL4_Error model_cap_delete(seL4_CPtr root, seL4_Word slot);

/* ---- scheduling contexts ------------------------------------------------------------------------------------- */

struct model_sc {
    uint32_t budget_us;
    uint32_t period_us;
    uint32_t extra_refills;
    seL4_Word badge; /* reported in timeout faults */
};

seL4_Error model_sc_configure(seL4_CPtr sched_control, seL4_CPtr sc, const struct model_sc *parameters);

/* ---- threads ------------------------------------------------------------------------------------------------- */

#define MODEL_TCB_ARGS 4

/* A thread to be. Capabilities are in the caller's CSpace; 0 where the thread has none. */
struct model_tcb {
    seL4_CPtr cspace;
    seL4_Word cspace_guard; /* model_cnode_guard(radix); 0: as in the capability */
    seL4_CPtr vspace;
    seL4_CPtr ipc_frame;
    seL4_Word ipc_buffer;   /* address in vspace */
    seL4_CPtr authority;    /* TCB whose maximum controlled priority covers the two below */
    seL4_CPtr sc;
    seL4_CPtr fault_ep;
    seL4_CPtr timeout_ep;
    seL4_CPtr notification; /* to be bound */
    uint8_t priority;
    uint8_t mcp;
    seL4_Word pc;
    seL4_Word sp;
    seL4_Word args[MODEL_TCB_ARGS];
};

/* Gives a new TCB its spaces, parameters, bindings and registers. The thread does not run yet (seL4_TCB_Resume). */
seL4_Error model_tcb_configure(seL4_CPtr tcb, const struct model_tcb *thread);

/* Name of an error code, for messages. */
const char *model_error_name(seL4_Error error);

#endif
