/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * How long an interrupt may have to wait: the instructions from an alarm to the first ones of its handler, a thread above all others,
 * while the kernel works on an operation that takes long. Each operation is repeated with the alarm at PHASES places along it,
 * the longest wait counts. latency_user is the wait when no system call is in the way; what a row has above it is the stretch
 * with interrupts off, and interrupts_off the longest of these.
 */
#include "alarm.h"
#include "crowd.h"

#define PHASES 16u
#define CAPS 1000u
#define FULL_BITS 10u     /* CNode for CAPS capabilities */
#define FAN_OUT 256u      /* CONFIG_RETYPE_FAN_OUT_LIMIT */
#define CLEARED_BITS 18u  /* memory that is zeroed in one call; room for FAN_OUT - 1 threads behind something small */

struct operation {
    const char *name;
    void (*prepare)(void);
    void (*run)(void);
};

static word_t undisturbed, longest;
static word_t ep, badged, cnode, untyped, table, pool, pool_untyped, vspace, reply;

static word_t distance_of(const struct operation *op)
{
    op->prepare();
    word_t start = instret();
    op->run();
    return instret() - start;
}

static word_t wait_at(const struct operation *op, word_t when)
{
    op->prepare();
    alarm_set(100 + (uint32_t)when);
    op->run();
    return alarm_latency();
}

static void measure(const struct operation *op)
{
    word_t distance = distance_of(op), most = 0;
    for (word_t i = 0; i < PHASES; i++) {
        word_t waited = wait_at(op, distance / PHASES * i);
        if (waited > most) most = waited;
    }
    add(most);
    report(op->name);
    if (most > longest) longest = most;
}

static void nothing(void) { }

/* ---- capabilities ---------------------------------------------------------------------------------------------------- */

static void fill_cnode(void)
{
    for (word_t k = 0; k < CAPS; k++)
        EXPECT_OK(invoke(cnode, CNodeMint, LIST(ROOT_CNODE), LIST(k, FULL_BITS, ep, WORD_BITS, ALL_RIGHTS, k + 1)));
}

static void revoke_all(void) { EXPECT_OK(cnode_revoke(ep)); }

static void new_full_cnode(void)
{
    EXPECT_OK(untyped_retype(untyped, seL4_CapTableObject, FULL_BITS, ROOT_CNODE, 0, 0, cnode, 1));
    fill_cnode();
}

static void delete_cnode(void) { EXPECT_OK(cnode_delete(cnode)); }

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

static word_t objects(word_t type, word_t bits, word_t count)
{
    return untyped_retype(untyped, type, bits, ROOT_CNODE, cnode, WORD_BITS, 0, count);
}

/* One object at the end of the CNode: the untyped has been reset, and is in use. */
static void begin_untyped(void)
{
    EXPECT_OK(cnode_revoke(untyped));
    EXPECT_OK(untyped_retype(untyped, seL4_EndpointObject, 0, ROOT_CNODE, cnode, WORD_BITS, CAPS, 1));
}

static void retype_threads(void) { EXPECT_OK(objects(seL4_TCBObject, 0, FAN_OUT - 1)); }
static void retype_endpoints(void) { EXPECT_OK(objects(seL4_EndpointObject, 0, FAN_OUT)); }

/* All of the untyped has been used, and given back. */
static void dirty_untyped(void)
{
    EXPECT_OK(cnode_revoke(untyped));
    EXPECT_OK(objects(seL4_UntypedObject, CLEARED_BITS - 1, 2));
    EXPECT_OK(cnode_revoke(untyped));
}

static void clear_untyped(void) { EXPECT_OK(objects(seL4_EndpointObject, 0, 1)); }

static void map_table(void)
{
    EXPECT_OK(table_map(table, vspace, FAR_VADDR));
}

static void unmap_table(void) { EXPECT_OK(table_unmap(table)); }

static void make_pool(void) { EXPECT_OK(asid_make_pool(pool_untyped, pool)); }
static void delete_pool(void) { EXPECT_OK(cnode_revoke(pool_untyped)); }

/* ---- messages and queues ------------------------------------------------------------------------------------------- */

static void crowd_receives(void) { crowd_wait(ep, false); }
static void crowd_sends(void) { crowd_wait(badged, true); }

static void new_endpoint_with_crowd(void)
{
    EXPECT_OK(untyped_retype(test_untyped, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, ep, 1));
    crowd_receives();
}

static void delete_endpoint(void) { EXPECT_OK(cnode_delete(ep)); }

static void new_notification_with_crowd(void)
{
    EXPECT_OK(untyped_retype(test_untyped, seL4_NotificationObject, 0, ROOT_CNODE, 0, 0, ep, 1));
    crowd_receives();
}

static void cancel_sends(void) { EXPECT_OK(cnode_cancel_badged_sends(badged)); }

static void promote(void)
{
    word_t tcb = crowd_first();
    EXPECT_OK(tcb_set_priority(tcb, ROOT_TCB, LOWER + 1));
    EXPECT_OK(tcb_set_priority(tcb, ROOT_TCB, LOWER));
    crowd_return_first();
}

static void echo(word_t unused)
{
    (void)unused;
    struct message m = {ep, 0, {0}};
    syscall(SYS_RECV, &m, reply, 0);
    for (;;) {
        m.cap = ep;
        syscall(SYS_REPLY_RECV, &m, reply, 0);
    }
}

static void long_call(void) { (void)ipc_call(ep, INFO(0, 0, 120), NONE); }

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

static void in_user_mode(void) { spin_us(20); }

static void memory_rows(void)
{
    ep = endpoint_new();
    cnode = cnode_new(FULL_BITS);
    untyped = untyped_new(CLEARED_BITS);
    measure(&(struct operation){"latency_retype_255_tcbs", begin_untyped, retype_threads});
    measure(&(struct operation){"latency_retype_256_endpoints", begin_untyped, retype_endpoints});
    measure(&(struct operation){"latency_clear_256k", dirty_untyped, clear_untyped});
    table = table_new();
    vspace = vspace_new();
    if (IS_64BIT) EXPECT_OK(table_map(table_new(), vspace, FAR_VADDR));
    measure(&(struct operation){"latency_page_table_unmap", map_table, unmap_table});
    pool_untyped = untyped_new(12);
    pool = slot_new();
    measure(&(struct operation){"latency_asid_pool_make", delete_pool, make_pool});
    delete_pool();
    measure(&(struct operation){"latency_asid_pool_delete", make_pool, delete_pool});
}

static void capability_rows(void)
{
    EXPECT_OK(cnode_revoke(untyped)); /* what the rows above left in the CNode */
    measure(&(struct operation){"latency_revoke_1000", fill_cnode, revoke_all});
    EXPECT_OK(cnode_delete(cnode));
    measure(&(struct operation){"latency_delete_cnode_1000", new_full_cnode, delete_cnode});
}

static void queue_rows(void)
{
    reply = reply_new();
    thread_start(thread_new(echo, 0, HIGHER));
    measure(&(struct operation){"latency_call_120", nothing, long_call});
    crowd_new();
    ep = slot_new();
    measure(&(struct operation){"latency_delete_endpoint_250", new_endpoint_with_crowd, delete_endpoint});
    measure(&(struct operation){"latency_delete_notification_250", new_notification_with_crowd, delete_endpoint});
    ep = endpoint_new();
    badged = mint_new(ep, ALL_RIGHTS, 7);
    measure(&(struct operation){"latency_cancel_badged_250", crowd_sends, cancel_sends});
    crowd_sends();
    measure(&(struct operation){"latency_priority_in_queue_250", nothing, promote});
}

void bench_latency(void)
{
    alarm_init();
    measure(&(struct operation){"latency_user", nothing, in_user_mode});
    undisturbed = longest;
    longest = 0;
    memory_rows();
    capability_rows();
    queue_rows();
    add(longest - undisturbed);
    report("interrupts_off");
}
