/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROOTS = 200 };

uint32_t kit_quotas[FAKE_CLIENTS];
uint32_t kit_total;

static struct {
    uint32_t slots, roots;
    struct {
        uint32_t bits;
        bool frame;
    } root[ROOTS];
} machine;

void kit_start(uint32_t slots)
{
    fake_reset();
    memset(kit_quotas, 0, sizeof kit_quotas);
    machine.slots = slots;
    machine.roots = 0;
    kit_total = 0;
    kit_restart();
}

void kit_add_root(uint32_t bits, bool frame)
{
    assert_true(machine.roots < ROOTS);
    fake.cap[KIT_BASE + machine.roots] = (struct fake_cap){ .present = true, .mapped = frame, .bits = (uint8_t)bits };
    machine.root[machine.roots].bits = bits;
    machine.root[machine.roots++].frame = frame;
    kit_total += 1u << bits;
    kit_restart();
}

void kit_add_roots(uint32_t bits, bool frame, uint32_t count)
{
    while (count--) {
        kit_add_root(bits, frame);
    }
}

void kit_restart(void)
{
    buddy_init(KIT_BASE, machine.slots);
    for (uint32_t i = 0; i < machine.roots; i++) {
        assert_int_equal(buddy_add_root(machine.root[i].bits, machine.root[i].frame), i);
    }
    allocation_start(kit_quotas, FAKE_CLIENTS);
}

int kit_create(uint32_t client, uint32_t type, uint32_t size, uint32_t slot, uint32_t *handle)
{
    struct object_request request = { type, size, slot };
    return allocation_create(client, &request, 1, MEMORY_MEDIUM, "", handle);
}

void kit_check(void)
{
    struct allocation_stats stats;
    struct allocation_owner owner;
    uint32_t sum = 0, free_bytes = 0;
    for (uint32_t c = 0; c < FAKE_CLIENTS; c++) {
        assert_true(allocation_owner(c, &owner));
        assert_int_equal(owner.bytes, fake_client_bytes(c));
        sum += owner.bytes;
    }
    allocation_get_stats(&stats);
    assert_int_equal(stats.allocated_bytes, sum);
    assert_int_equal(buddy_free_bytes(), kit_total - sum);
    for (uint16_t root = 0; root < buddy_roots(); root++) {
        free_bytes += buddy_root_free_bytes(root);
    }
    assert_int_equal(free_bytes, kit_total - sum);
}

uint32_t kit_allocated(void)
{
    kit_check();
    return kit_total - buddy_free_bytes();
}

void kit_expect_all_free(void)
{
    struct allocation_stats stats;
    allocation_get_stats(&stats);
    assert_int_equal(kit_allocated(), 0);
    assert_int_equal(stats.allocated_objs, 0);
    for (uint32_t i = 0; i < FAKE_SLOTS; i++) {
        assert_int_equal(fake.cap[i].objects, 0);
        assert_false(fake.cap[i].mapped);
    }
}

/* The largest first, and all of them together: so none can come out of another. */
void kit_expect_whole(void)
{
    uint32_t handle[ALLOCATIONS], n = 0;
    for (uint32_t bits = BUDDY_MAX_ORDER; bits >= BUDDY_MIN_ORDER; bits--) {
        for (uint32_t i = 0; i < machine.roots; i++) {
            if (machine.root[i].bits == bits && !machine.root[i].frame) {
                assert_true(n < ALLOCATIONS);
                assert_int_equal(kit_create(1, seL4_UntypedObject, bits, FAKE_CLIENT_SLOTS - 1 - n, &handle[n]), MEMORY_SUCCESS);
                n++;
            }
        }
    }
    for (uint32_t i = 0; i < FAKE_SLOTS; i++) {     /* only the boot's capabilities are left */
        assert_true(!fake.cap[i].present || fake.cap[i].parent == 0);
    }
    while (n) {
        assert_int_equal(allocation_free(1, handle[--n]), MEMORY_SUCCESS);
    }
}
