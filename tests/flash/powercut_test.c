/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The short form of the power-cut test, with sanitizers. `make powercut` is the long one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "powercut.h"

static void run(struct powercut p)
{
    bool good = powercut_run(&p);
    print_message("%u x %u bytes, page %u: %llu operations, %llu power losses, %llu recoveries examined, %llu workloads carried on to their end\n", p.blocks,
                  p.block_size, p.page_size, (unsigned long long)p.operations, (unsigned long long)p.cuts, (unsigned long long)p.recoveries,
                  (unsigned long long)p.finished);
    if (!good)
        fail_msg("%s", p.failure);
}

/* Each operation of the first installations, in each way. */
static void test_every_operation(void **state)
{
    (void)state;
    run((struct powercut){.block_size = 4096, .blocks = 6, .page_size = 256, .scale = 1200, .seed = 21, .steps = 8, .every = 1,
                          .nested_every = 300, .finish_every = 20});
}

/* Each third one of a long workload, with collections. */
static void test_collections(void **state)
{
    (void)state;
    run((struct powercut){.block_size = 2048, .blocks = 8, .page_size = 64, .scale = 800, .seed = 23, .steps = 60, .every = 7, .nested_every = 300,
                          .finish_every = 20});
}

static void test_failing_blocks(void **state)
{
    (void)state;
    run((struct powercut){.block_size = 4096, .blocks = 9, .page_size = 256, .scale = 1600, .seed = 25, .steps = 40, .every = 11, .nested_every = 300,
                          .finish_every = 20, .failing = 2});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_collections),
        cmocka_unit_test(test_failing_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
