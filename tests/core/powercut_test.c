/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The short form, with sanitizers. `make powercut` has the long one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "powercut.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void cut(struct request_cuts c)
{
    double start = seconds();
    bool good = request_cuts_run(&c);
    print_message("%u x %u bytes: %llu operations, %llu power losses, %llu starts looked at (%llu old, %llu new), %llu sequences carried on to their "
                  "end, %.1f s\n", c.blocks, c.block_size, (unsigned long long)c.operations, (unsigned long long)c.cuts, (unsigned long long)c.recoveries,
                  (unsigned long long)c.old, (unsigned long long)c.new, (unsigned long long)c.finished, seconds() - start);
    if (!good)
        fail_msg("%s", c.failure);
}

static void test_every_operation(void **state)
{
    (void)state;
    cut((struct request_cuts){ .block_size = 4096, .blocks = 9, .rounds = 1, .every = 1, .nested_every = 400, .finish_every = 40 });
}

/* With collections. */
static void test_rounds(void **state)
{
    (void)state;
    cut((struct request_cuts){ .block_size = 4096, .blocks = 8, .rounds = 4, .every = 13, .nested_every = 200, .finish_every = 40 });
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_operation), cmocka_unit_test(test_rounds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
