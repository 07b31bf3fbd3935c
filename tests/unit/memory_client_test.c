/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A client of a MemoryManager that dies before or after it has done what it was called for. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_client.h"

#include "camkes.h"
#include "memory_manager.h"

enum { HANDLES = 64 };
enum fate { LIVES, DIES_BEFORE, DIES_AFTER };

static bool allocated[HANDLES];             /* by handle */
static uint32_t next_handle, calls;
static const enum fate *fates;              /* of the next calls; NULL: lives */
static unsigned fates_left;
static bool refuses;

static uint32_t known[HANDLES], known_count;

static enum fate fate(void)
{
    calls++;
    if (refuses) {
        return DIES_BEFORE;
    }
    return fates_left ? fates_left--, *fates++ : LIVES;
}

int memory_alloc(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle)
{
    enum fate f = fate();
    assert_int_equal(objs_n, 3);
    assert_int_equal(objs[0] + lifetime, 7 + MEMORY_SHORT);
    assert_string_equal(tag, "tag");
    if (f == DIES_BEFORE) {
        return -1;
    }
    allocated[++next_handle] = true;
    *handle = f == LIVES ? next_handle : 0;
    return f == LIVES ? MEMORY_SUCCESS : -1;
}

int memory_free(uint32_t handle)
{
    enum fate f = fate();
    if (f == DIES_BEFORE) {
        return -1;
    }
    int error = allocated[handle] ? MEMORY_SUCCESS : MEMORY_FREE_FAILED;
    allocated[handle] = false;
    return f == LIVES ? error : -1;
}

int memory_retain(const uint32_t *handles, size_t handles_n)
{
    enum fate f = fate();
    for (uint32_t h = 1; f != DIES_BEFORE && h < HANDLES; h++) {
        bool listed = false;
        for (size_t i = 0; i < handles_n; i++) {
            listed = listed || handles[i] == h;
        }
        allocated[h] = allocated[h] && listed;
    }
    return f == LIVES ? MEMORY_SUCCESS : -1;
}

size_t memory_handles(uint32_t *handles, size_t room)
{
    assert_true(known_count <= room);
    for (uint32_t i = 0; i < known_count; i++) {
        handles[i] = known[i];
    }
    return known_count;
}

static int get(uint32_t *handle)
{
    const uint32_t objs[] = { 7, 1, 1 };
    int error = memory_get(objs, 3, MEMORY_SHORT, "tag", handle);
    if (error == MEMORY_SUCCESS) {
        known[known_count++] = *handle;
    }
    return error;
}

/* What exists is what the client knows. */
static void check(void)
{
    uint32_t living = 0;
    for (uint32_t h = 1; h < HANDLES; h++) {
        living += allocated[h];
    }
    assert_int_equal(living, known_count);
    for (uint32_t i = 0; i < known_count; i++) {
        assert_true(allocated[known[i]]);
    }
}

static void let(const enum fate *list, unsigned n)
{
    fates = list;
    fates_left = n;
    calls = 0;
}

/* All sequences of four fates, for a call of each kind. */
static void test_every_sequence(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 81; code++) {
        const enum fate list[] = { code % 3, code / 3 % 3, code / 9 % 3, code / 27 };
        uint32_t handle;
        next_handle = known_count = 0;
        for (uint32_t h = 0; h < HANDLES; h++) {
            allocated[h] = false;
        }
        let(NULL, 0);
        assert_int_equal(get(&handle), MEMORY_SUCCESS);
        let(list, 4);
        assert_int_equal(get(&handle), MEMORY_SUCCESS);
        let(NULL, 0);
        check();
        known_count--;
        let(list, 4);
        assert_int_equal(memory_give_back(handle), MEMORY_SUCCESS);
        let(NULL, 0);
        check();
    }
}

static void test_no_death_no_further_calls(void **state)
{
    (void)state;
    uint32_t handle;
    let(NULL, 0);
    memory_reconcile();
    assert_int_equal(get(&handle), MEMORY_SUCCESS);
    assert_int_equal(memory_give_back(handle), MEMORY_SUCCESS);
    known_count--;
    assert_int_equal(calls, 3);
    assert_int_equal(memory_give_back(handle), MEMORY_FREE_FAILED);
}

/* A MemoryManager that refuses: an end, an error, and what was not freed is freed when it serves again. */
static void test_refusal(void **state)
{
    (void)state;
    uint32_t handle, other;
    let(NULL, 0);
    assert_int_equal(get(&handle), MEMORY_SUCCESS);
    refuses = true;
    assert_true(get(&other) < 0);
    known_count--;
    assert_true(memory_give_back(handle) < 0);
    refuses = false;
    assert_true(allocated[handle]);
    assert_int_equal(get(&other), MEMORY_SUCCESS);
    check();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sequence),
        cmocka_unit_test(test_no_death_no_further_calls),
        cmocka_unit_test(test_refusal),
    };
    return cmocka_run_group_tests_name("memory_client", tests, NULL, NULL);
}
