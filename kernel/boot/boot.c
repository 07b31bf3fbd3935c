/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The kernel's main function: builds the root task and makes it the first thread to run. */

#include <arch.h>
#include <debug/debug.h>
#include <object/irq.h>
#include <object/sched_context.h>
#include <sched/sched.h>
#include <sched/time.h>

#include "boot.h"

EXPORT void boot_kernel(word_t ui_start, word_t ui_end, word_t pv_offset, word_t entry, word_t dtb, word_t dtb_bytes);

#define ROOT_PRIORITY seL4_MaxPrio

BOOT_CODE void boot_fail(const char *why)
{
    kprintf("kernel: cannot boot: %s\n", why);
    (void)why;
    arch_halt();
}

/* The capabilities in the thread are copies of those in the CNode (12.4: same guard, same badge; the frame's is not mapped). */
BOOT_CODE static void give_cap(struct root_task *root, enum tcb_slot to, word_t from)
{
    slot_t *source = &root->cnode[from];
    cap_t cap;

    (void)cap_derive(source, source->cap, &cap);
    slot_insert(&root->tcb->slots[to], source, cap);
}

/* The initial thread (12.6). */
BOOT_CODE static void make_thread(struct root_task *root, word_t entry)
{
    tcb_t *tcb = root->tcb;

    tcb_init(tcb);
    arch_init_context(&tcb->context);
    give_cap(root, TCB_CSPACE, seL4_CapInitThreadCNode);
    give_cap(root, TCB_VSPACE, seL4_CapInitThreadVSpace);
    give_cap(root, TCB_BUFFER, seL4_CapInitThreadIPCBuffer);
    tcb->ipc_buffer = root_ipc_buffer_vaddr(root);
    tcb->prio = tcb->mcp = ROOT_PRIORITY;
    tcb->context.reg[REG_A0] = root_info_vaddr(root);
    tcb->context.reg[REG_PC] = tcb->context.reg[REG_NEXT_PC] = entry;
    tcb->state = THREAD_RUNNING;
    tcb_set_name(tcb, "rootserver");
    sc_init_round_robin(root->sc, sc_capacity(seL4_MinSchedContextBits),
                        us_to_ticks(CONFIG_BOOT_THREAD_TIME_SLICE * 1000));
    sc_bind_tcb(root->sc, tcb);
}

/* Called by _start with the loader's registers (12.1); returns to leave for the root task as after any kernel entry. */
BOOT_CODE void boot_kernel(word_t ui_start, word_t ui_end, word_t pv_offset, word_t entry, word_t dtb, word_t dtb_bytes)
{
    const struct loader_info loader = {
        .image = {ui_start, ui_end},
        .pv_offset = pv_offset,
        .entry = entry,
        .dtb = {dtb, dtb == 0 ? 0 : dtb + (uint32_t)dtb_bytes},
    };
    struct root_task root = {0};

    arch_boot_init();
    irq_init();
    sched_init();
    boot_memory_init(&loader);
    boot_make_root_task(&root, &loader);
    make_thread(&root, loader.entry);
    boot_make_untypeds(&root);
    root.info->empty.start = root.next_slot;
    root.info->empty.end = BIT(CONFIG_ROOT_CNODE_SIZE_BITS);
    sched_start(root.tcb);
}
