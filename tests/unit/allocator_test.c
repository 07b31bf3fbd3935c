/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The heap. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <kata/allocator.h>

#define SIZE 1024
static char *memory;

static int setup(void **state)
{
    (void)state;
    memory = malloc(SIZE);
    heap_init(memory, SIZE);
    return memory == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

static void blocks_are_apart_and_aligned(void **state)
{
    (void)state;
    char *a = heap_alloc(1);
    char *b = heap_alloc(24);
    assert_non_null(a);
    assert_non_null(b);
    assert_true(b >= a + 1);
    assert_int_equal((uintptr_t)a % (2 * sizeof(size_t)), 0);
    assert_int_equal((uintptr_t)b % (2 * sizeof(size_t)), 0);
    memset(a, 1, 1);
    memset(b, 2, 24);
    assert_int_equal(a[0], 1);
}

static void all_comes_back(void **state)
{
    (void)state;
    size_t before = heap_available();
    void *p[8];
    for (int i = 0; i < 8; i++) {
        assert_non_null(p[i] = heap_alloc((size_t)(10 + 7 * i)));
    }
    assert_int_equal(heap_used() + heap_available(), before);
    for (int i = 0; i < 8; i++) {
        assert_true(heap_free(p[(i * 3) % 8]));
    }
    assert_int_equal(heap_used(), 0);
    assert_int_equal(heap_available(), before);
    assert_non_null(heap_alloc(before - 2 * sizeof(size_t)));
    assert_int_equal(heap_available(), 0);
}

static void exhaustion(void **state)
{
    (void)state;
    assert_null(heap_alloc(0));
    assert_null(heap_alloc(SIZE));
    assert_null(heap_alloc((size_t)-1));
    assert_null(heap_alloc((size_t)-20));
    int n = 0;
    while (heap_alloc(50)) {
        n++;
    }
    assert_in_range(n, 8, SIZE / 50);
}

static void wrong_pointers_are_refused(void **state)
{
    (void)state;
    char *a = heap_alloc(40);
    assert_true(heap_free(NULL));
    assert_false(heap_free(a + 8));
    assert_false(heap_free(&state));
    assert_true(heap_free(a));
    assert_false(heap_free(a));
}

static void no_memory(void **state)
{
    (void)state;
    heap_init(memory, 0);
    assert_null(heap_alloc(1));
    assert_int_equal(heap_available(), 0);
    heap_init(memory + 1, 3);
    assert_null(heap_alloc(1));
    heap_init(memory + 3, SIZE - 3);
    assert_non_null(heap_alloc(1));
}

/* Random use: contents survive, everything comes back. */
static void random_use(void **state)
{
    (void)state;
    struct { unsigned char *p; size_t n; } live[12] = { { NULL, 0 } };
    size_t before = heap_available();
    srand(3);
    for (int round = 0; round < 20000; round++) {
        int i = rand() % 12;
        for (size_t k = 0; live[i].p && k < live[i].n; k++) {
            assert_int_equal(live[i].p[k], (unsigned char)(i + 1));
        }
        assert_true(heap_free(live[i].p));
        live[i].n = (size_t)rand() % 150;
        live[i].p = heap_alloc(live[i].n);
        if (live[i].p) {
            memset(live[i].p, i + 1, live[i].n);
        }
    }
    for (int i = 0; i < 12; i++) {
        assert_true(heap_free(live[i].p));
    }
    assert_int_equal(heap_available(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_are_apart_and_aligned, setup, teardown),
        cmocka_unit_test_setup_teardown(all_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(exhaustion, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_pointers_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(random_use, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
