/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Many threads that wait in one endpoint's queue. They need neither stack nor buffer: all execute the same system call.
 */
#include "crowd.h"

#define CROWD_BITS 10u /* TCBs in the lower half of a CNode, scheduling contexts in the upper one */
#define HALF ((word_t)1 << (CROWD_BITS - 1))

/* Blocks in a send or in a receive on a0; when it comes back it is done. */
void send_once(word_t ep);
void receive_once(word_t ep);
__asm__(".text\n"
        "send_once:    li a7, -5\n\tecall\n\tebreak\n"
        "receive_once: li a7, -9\n\tecall\n\tebreak\n");

static word_t crowd, tcb, sc;

static void put_away(word_t slot, word_t place)
{
    EXPECT_OK(invoke(crowd, CNodeMove, LIST(ROOT_CNODE), LIST(place, CROWD_BITS, slot, WORD_BITS)));
}

static void take_out(word_t slot, word_t place)
{
    EXPECT_OK(invoke(ROOT_CNODE, CNodeMove, LIST(crowd), LIST(slot, WORD_BITS, place, CROWD_BITS)));
}

void crowd_new(void)
{
    crowd = cnode_new(CROWD_BITS);
    tcb = slot_new();
    sc = slot_new();
    /* Objects of a size one after the other: no gaps. */
    for (word_t i = 0; i < CROWD; i++) {
        EXPECT_OK(untyped_retype(test_untyped, seL4_TCBObject, 0, ROOT_CNODE, 0, 0, tcb, 1));
        put_away(tcb, i);
    }
    for (word_t i = 0; i < CROWD; i++) {
        take_out(tcb, i);
        EXPECT_OK(untyped_retype(test_untyped, seL4_SchedContextObject, 8, ROOT_CNODE, 0, 0, sc, 1));
        EXPECT_OK(sc_configure(sc, 10000000, 10000000, 0, 0, 0));
        EXPECT_OK(tcb_configure(tcb, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), ROOT_VSPACE, 0, ROOT_VSPACE));
        EXPECT_OK(tcb_set_sched_params(tcb, ROOT_TCB, 255, LOWER, sc, 0));
        put_away(tcb, i);
        put_away(sc, HALF + i);
    }
}

void crowd_wait(word_t object, bool sending)
{
    word_t regs[17] = {[0] = (word_t)(sending ? send_once : receive_once), [16] = object};
    for (word_t i = 0; i < CROWD; i++) {
        take_out(tcb, i);
        EXPECT_OK(tcb_write_registers(tcb, 1, 17, (struct list){17, regs}));
        put_away(tcb, i);
    }
    settle();
}

word_t crowd_first(void)
{
    take_out(tcb, 0);
    return tcb;
}

void crowd_return_first(void)
{
    put_away(tcb, 0);
}
