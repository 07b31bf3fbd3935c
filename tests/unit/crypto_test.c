/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The cases of tests/crypto on the host, with sanitizers. */
#include "../crypto/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

const unsigned bit_stride = 1;

static void run_case(void **state)
{
    const struct crypto_case *tested = *state;
    const char *failed = tested->run();
    if (failed != NULL)
        fail_msg("%s", failed);
}

int main(void)
{
    static const struct crypto_case *const lists[] = { hash_cases, signature_cases, seal_cases, pool_cases };
    struct CMUnitTest tests[64] = { { 0 } };
    size_t n = 0;
    for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct crypto_case *c = lists[i]; c->name != NULL; c++, n++)
            tests[n] = (struct CMUnitTest){ c->name, run_case, NULL, NULL, (void *)(uintptr_t)c };
    return _cmocka_run_group_tests("crypto", tests, n, NULL, NULL);
}
