/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * MemoryManager dies at every point of every operation, and again while it recovers. Whatever happens: its books agree
 * with the kernel, what a client has is all there, what it does not have is gone, and no block has two owners.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit.h"

enum { PLACES = 8, PLACE_SLOTS = 40, KINDS = 3 };

/* What the clients know: one allocation per place; the slots of a place belong to it. */
static struct place {
    uint32_t handle;        /* 0: none */
    uint32_t client, lifetime;
    uint32_t kinds;
    struct object_request request[KINDS];
} places[PLACES];

static uint32_t rnd(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static long points, deaths;

/* --- what the clients expect --- */

static bool one_object(uint32_t type)
{
    return type == seL4_UntypedObject || type == seL4_CapTableObject || type == seL4_SchedContextObject;
}

/* Exactly the slots of living allocations are full, and nothing in them comes from another allocation's memory. */
static void check_clients(void)
{
    uint16_t user[FAKE_SLOTS] = { 0 };
    for (uint32_t client = 0; client < FAKE_CLIENTS; client++) {
        for (uint32_t slot = 0; slot < PLACES * PLACE_SLOTS; slot++) {
            const struct place *p = &places[slot / PLACE_SLOTS];
            bool expected = false;
            for (uint32_t k = 0; p->handle && p->client == client && k < p->kinds; k++) {
                uint32_t first = p->request[k].slot, n = one_object(p->request[k].type) ? 1 : p->request[k].size;
                expected = expected || (slot >= first && slot < first + n);
            }
            uint16_t from = fake.client[client][slot].from, tenant = (uint16_t)(1 + slot / PLACE_SLOTS);
            assert_int_equal(from != 0, expected);
            assert_true(!from || !user[from] || user[from] == tenant);
            user[from] = tenant;
        }
    }
}

static void check_all(void)
{
    kit_check();
    check_clients();
}

/* --- operations --- */

static void choose_request(struct place *p, uint32_t index)
{
    static const uint32_t counted[] = { seL4_TCBObject, seL4_EndpointObject, seL4_RISCV_4K_Page, seL4_RISCV_4K_Page, seL4_ReplyObject };
    uint32_t slot = index * PLACE_SLOTS;
    p->client = rnd(FAKE_CLIENTS);
    p->lifetime = rnd(8) ? rnd(2) : MEMORY_STATIC;
    p->kinds = 1 + rnd(KINDS);
    for (uint32_t k = 0; k < p->kinds; k++) {
        bool counts = rnd(4);
        p->request[k] = (struct object_request){ counts ? counted[rnd(5)] : seL4_UntypedObject, counts ? 1 + rnd(12) : 4 + rnd(12), slot };
        slot += counts ? p->request[k].size : 1;
    }
}

static void do_create(struct place *p)
{
    (void)allocation_create(p->client, p->request, p->kinds, p->lifetime, "tag", &p->handle);
}

/* A client that does not know how its call ended lists what it has. */
static void retain(uint32_t client)
{
    uint32_t list[PLACES], n = 0;
    for (const struct place *p = places; p < places + PLACES; p++) {
        if (p->handle && p->client == client) {
            list[n++] = p->handle;
        }
    }
    allocation_retain(client, list, n);
}

static void do_free(struct place *p)
{
    if (p->lifetime == MEMORY_STATIC) {     /* goes with its owner's life */
        struct place gone = *p;
        p->handle = 0;
        retain(gone.client);
    } else {
        (void)allocation_free(p->client, p->handle);
    }
}

/* A life that may end `after` so many points of its beginning, and then one that does not. */
static void restart(long after)
{
    fake_death_after = after;
    if (!SURVIVED(kit_restart())) {
        deaths++;
        fake_death_after = -1;
        kit_restart();
    }
    fake_death_after = -1;
}

/* --- deaths --- */

static void free_everything(void)
{
    struct place known[PLACES];
    memcpy(known, places, sizeof known);
    memset(places, 0, sizeof places);
    for (uint32_t client = 0; client < FAKE_CLIENTS; client++) {
        retain(client);
    }
    check_all();
    kit_expect_whole();
    memcpy(places, known, sizeof places);
}

/*
 * From the saved state: dies at a point of an operation on a place, and at a point of the recovery (-1: not); then the client
 * does what the interface tells it to do. False when the operation has no such point.
 */
static bool die_once(struct place *p, long point, long recovery_point)
{
    static struct place before;     /* not on the stack, which a death leaves as it is */
    static bool lived;
    before = *p;
    fake_restore();
    kit_restart();
    fake_death_after = point;
    lived = before.handle ? SURVIVED(do_free(p)) : SURVIVED(do_create(p));
    fake_death_after = -1;
    if (!lived) {
        deaths++;
        restart(recovery_point);
        kit_check();
        if (before.handle) {
            *p = before;
            do_free(p);
        }
        p->handle = 0;
        retain(p->client);
        check_all();
        if (rnd(8) == 0) {
            free_everything();
        }
    }
    *p = before;
    return !lived;
}

/* All points of one operation, each with some points of the recovery; afterwards the operation is really done. */
static void die_everywhere(struct place *p, long doubles)
{
    fake_save();
    for (long point = 0; die_once(p, point, -1); point++) {
        points++;
        for (long i = 0; i < doubles; i++) {
            die_once(p, point, (long)rnd(150));
        }
    }
    fake_restore();
    kit_restart();
    if (p->handle) {
        do_free(p);
        p->handle = 0;
    } else {
        do_create(p);
    }
    check_all();
}

static void machine(void)
{
    memset(places, 0, sizeof places);
    points = deaths = 0;
    kit_start(200);
    kit_add_root(17, false);
    kit_add_root(16, false);
    kit_add_root(13, false);
    kit_add_root(9, false);
    kit_add_roots(12, true, 5);
}

static void test_death_at_every_point(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        srand(seed);
        machine();
        for (int step = 0; step < 40; step++) {
            uint32_t i = rnd(PLACES);
            if (!places[i].handle) {
                choose_request(&places[i], i);
            }
            die_everywhere(&places[i], 2);
        }
        free_everything();
        print_message("seed %u: %ld points, %ld deaths\n", seed, points, deaths);
        assert_true(points > 500);
    }
}

/* Every pair of a point in an operation and a point in the recovery from it. */
static void test_every_double_death(void **state)
{
    (void)state;
    machine();
    struct place *p = &places[1];
    const struct place wanted = { 0, 0, MEMORY_SHORT, 3, { { seL4_RISCV_4K_Page, 7, 40 }, { seL4_TCBObject, 2, 50 }, { seL4_EndpointObject, 1, 60 } } };
    places[0] = (struct place){ 0, 1, MEMORY_MEDIUM, 1, { { seL4_RISCV_4K_Page, 2, 1 } } };
    do_create(&places[0]);
    for (int i = 0; i < 2; i++) {   /* creating it, then freeing it */
        if (i == 0) {
            *p = wanted;
        }
        fake_save();
        for (long point = 0; die_once(p, point, -1); point++) {
            for (long again = 0; again < 120; again++) {
                die_once(p, point, again);
            }
        }
        fake_restore();
        kit_restart();
        if (i == 0) {
            do_create(p);
            assert_int_not_equal(p->handle, 0);
        }
    }
    free_everything();
    print_message("%ld deaths\n", deaths);
}

/* An allocation whose answer did not arrive is there until its client says what it has; a client that says nothing keeps it. */
static void test_answer_lost(void **state)
{
    (void)state;
    machine();
    uint32_t handle;
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 9, 1, &handle), MEMORY_SUCCESS);
    kit_restart();
    assert_int_equal(kit_allocated(), 9 * 4096);
    assert_int_equal(allocation_free(1, handle), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    kit_expect_all_free();
    kit_restart();
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
    kit_expect_whole();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_death_at_every_point),
        cmocka_unit_test(test_every_double_death),
        cmocka_unit_test(test_answer_lost),
    };
    return cmocka_run_group_tests_name("memory_crash", tests, NULL, NULL);
}
