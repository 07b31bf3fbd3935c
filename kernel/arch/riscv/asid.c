/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Address space identifiers (sel4-abi.md 10.5): a fixed table of pools, a pool is an object with one root table per ASID. Our ASIDs
 * are the hardware's (checked at boot). */

#include <arch.h>
#include <arch/vspace.h>
#include <debug/debug.h>
#include <lib.h>
#include <object/cnode.h>
#include <state.h>

_Static_assert(sizeof(struct asid_pool) <= BIT(seL4_ASIDPoolBits), "pool size is part of the ABI");

struct asid_pool *asid_pools[ASID_POOLS];

static struct asid_pool **pool_entry(word_t asid) { return &asid_pools[asid >> seL4_ASIDPoolIndexBits]; }

/* The tables of a dead address space may still be walked, so satp must leave them at once. */
static void leave_dead_vspace(word_t asid)
{
    tlb_flush_asid(asid);
    arch_switch_vspace(ks.current);
}

void asid_delete(word_t asid)
{
    struct asid_pool *pool = *pool_entry(asid);

    pool->satp[asid & MASK(seL4_ASIDPoolIndexBits)] = 0;
    leave_dead_vspace(asid);
}

void asid_delete_pool(word_t asid_base, const void *pool)
{
    struct asid_pool **entry = pool_entry(asid_base);

    kassert(*entry == pool); /* an entry lives as long as its last capability */
    (void)pool;
    for (word_t i = 0; i < POOL_ASIDS; i++)
        if ((*entry)->satp[i] != 0)
            tlb_flush_asid(asid_base + i);
    ks.work_units += CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION; /* as long as many other deletions: the next preemption point looks */
    *entry = NULL;
    arch_switch_vspace(ks.current);
}

BOOT_CODE void asid_init(void *pool, pte_t *root)
{
    asid_pools[0] = pool;
    asid_pools[0]->satp[INIT_ASID] = satp_value(root, INIT_ASID);
}

static COLD word_t free_pool_index(void)
{
    word_t i = 0;
    while (i < ASID_POOLS && asid_pools[i] != NULL)
        i++;
    return i;
}

/* The untyped turns into the pool; it is full from now on, and the pool its child. */
static void make_pool(slot_t *untyped, slot_t *dest, word_t index)
{
    cap_t cap = untyped->cap;
    struct asid_pool *pool = arch_kernel_pointer(untyped_cap_base(cap));

    untyped->cap = untyped_cap_set_free(cap, BIT(seL4_ASIDPoolBits));
    clear_memory(pool, sizeof *pool);
    asid_pools[index] = pool;
    slot_insert(dest, untyped, asid_pool_cap((word_t)pool, index << seL4_ASIDPoolIndexBits));
}

outcome_t asid_control_decode(struct invocation *inv)
{
    slot_t *untyped = inv->extra[0], *dest;

    if (inv->label != RISCVASIDControlMakePool)
        return fail(seL4_IllegalOperation);
    if (inv->length < 2 || untyped == NULL || inv->extra[1] == NULL)
        return fail(seL4_TruncatedMessage);
    word_t index = free_pool_index();
    if (index == ASID_POOLS)
        return fail(seL4_DeleteFirst);
    if (!cap_is_untyped(untyped->cap) || untyped_cap_size_bits(untyped->cap) != seL4_ASIDPoolBits ||
        untyped_cap_device(untyped->cap))
        return fail_capability(1);
    if (slot_has_children(untyped))
        return fail(seL4_RevokeFirst);
    outcome_t found = cspace_empty_target(inv->extra[1]->cap, inv_mr(inv, 0), inv_mr(inv, 1), &dest);
    if (found != DONE)
        return found;
    make_pool(untyped, dest, index);
    return DONE;
}

/* ASID 0 is never given out: cap field 0 means "not mapped". */
static word_t free_asid(const struct asid_pool *pool, word_t asid_base)
{
    word_t i = asid_base == 0 ? 1 : 0;
    while (i < POOL_ASIDS && pool->satp[i] != 0)
        i++;
    return i;
}

static void assign(slot_t *table, struct asid_pool *pool, word_t asid)
{
    pte_t *root = (pte_t *)page_table_cap_base(table->cap);

    vspace_add_kernel(root);
    pool->satp[asid & MASK(seL4_ASIDPoolIndexBits)] = satp_value(root, asid);
    table->cap = page_table_cap((word_t)root, 1, asid, 0);
}

outcome_t asid_pool_decode(struct invocation *inv)
{
    slot_t *table = inv->extra[0];

    if (inv->label != RISCVASIDPoolAssign)
        return fail(seL4_IllegalOperation);
    if (table == NULL)
        return fail(seL4_TruncatedMessage);
    if (!cap_is_page_table(table->cap) || page_table_cap_mapped(table->cap))
        return fail_capability(1);
    word_t asid_base = asid_pool_cap_asid_base(inv->cap);
    struct asid_pool *pool = (struct asid_pool *)asid_pool_cap_base(inv->cap);
    kassert(*pool_entry(asid_base) == pool); /* 10.5's errors for others cannot come up: a pool stays as long as its last capability */
    word_t index = free_asid(pool, asid_base);
    if (index == POOL_ASIDS)
        return fail(seL4_DeleteFirst);
    assign(table, pool, asid_base + index);
    return DONE;
}
