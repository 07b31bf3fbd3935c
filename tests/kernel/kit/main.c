/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Runs every registered test twice - the second time under random preemption - and counts.
 */
#include "internal.h"

extern const struct test *const test_table_start[], *const test_table_end[];

static unsigned passed, failed;

/* Only tests whose name begins with this run; run.sh's place for an argument (a debugger or a patched image sets it). */
volatile char kit_filter[64] = "*";

static bool selected(const char *name)
{
    for (unsigned i = 0; kit_filter[i] && kit_filter[i] != '*'; i++)
        if (kit_filter[i] != name[i]) return false;
    return true;
}

static void run_one(const struct test *t)
{
    kit_running = t->name;
    kit_recoverable = true;
    kit_test_failed = false;
    kit_test_number++;
    sys_yield(); /* a whole time slice for the test */
    run_guarded(t->run);
    kit_threads_clean();
    kit_world_clean();
    kit_threads_clean();
    if (kit_test_failed) {
        failed++;
        return;
    }
    passed++;
    put_string("ok ");
    put_string(t->name);
    put_string(kit_pass);
    put_string("\n");
}

static void run_all(bool preempted)
{
    kit_pass = preempted ? "+preempted" : "";
    for (const struct test *const *t = test_table_start; t < test_table_end; t++)
        if (selected((*t)->name) && (!preempted || !(*t)->timed)) run_one(*t);
}

void kit_main(seL4_BootInfo *info)
{
    root_thread.tcb = ROOT_TCB;
    root_thread.sc = ROOT_SC;
    root_thread.buffer = info->ipcBuffer;
    kit_world_init(info);
    kit_console_init();
    put_string("\nktest: kernel conformance tests, ");
    put_decimal(WORD_BITS);
    put_string(" bit");
#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
    put_string(", all invariants checked after every kernel entry");
#endif
    put_string("\n");
    kit_threads_init();
    kit_world_clean();
    run_all(false);
    kit_jammer(true);
    run_all(true);
    kit_jammer(false);
    put_decimal(passed);
    put_string(" passed, ");
    put_decimal(failed);
    put_string(" failed\n");
    power_off(failed != 0);
}
