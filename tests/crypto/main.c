/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The cases of this folder on the target, behind the table of costs. The last line counts them. */
#include "cases.h"
#include "measure.h"
#include "target.h"

const unsigned bit_stride = 61; /* every bit would be minutes; prime, so that all positions in a byte occur */

static unsigned passed, failed;

static void run(const struct crypto_case *list)
{
    for (; list->name != NULL; list++) {
        const char *where = list->run();
        print("%s %s%s%s\n", where == NULL ? "ok  " : "FAIL", list->name, where == NULL ? "" : ": ", where == NULL ? "" : where);
        passed += where == NULL;
        failed += where != NULL;
    }
}

/* Called by start.S. */
_Noreturn void test_main(void);
void test_main(void)
{
    measure();
    run(hash_cases);
    run(signature_cases);
    run(seal_cases);
    run(pool_cases);
    print("%u passed, %u failed\n", passed, failed);
    finish(failed);
}
