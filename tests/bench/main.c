/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The benchmark root task: prints one line per primitive, then switches the machine off.
 */
#include "../kernel/kit/internal.h"
#include "bench.h"

struct stamps last;
volatile struct stamps peer;
volatile word_t peer_count;
word_t calibration, other_vspace;

static word_t samples[SAMPLES];
static unsigned count;

void add(word_t value)
{
    if (count < SAMPLES) samples[count++] = value;
}

static void sort(void)
{
    for (unsigned i = 1; i < count; i++)
        for (unsigned k = i; k && samples[k - 1] > samples[k]; k--) {
            word_t higher = samples[k - 1];
            samples[k - 1] = samples[k];
            samples[k] = higher;
        }
}

void report(const char *name)
{
    EXPECT(count > 0);
    sort();
    put_string("bench ");
    put_string(name);
    put_char(' ');
    put_decimal(samples[count / 2]);
    put_char(' ');
    put_decimal(samples[0]);
    put_char(' ');
    put_decimal(samples[count - 1]);
    put_char('\n');
    count = 0;
}

word_t timed(long number, word_t cap, word_t info, struct list mrs, word_t a6)
{
    struct message m = {cap, info, {0}};
    for (unsigned i = 0; i < mrs.n; i++) {
        if (i < 4) m.mr[i] = mrs.at[i];
        else self()->buffer->msg[i] = mrs.at[i];
    }
    last = timed_syscall(number, &m, a6);
    self()->out = m;
    return last.after - last.before - calibration;
}

word_t timed_invoke(word_t cap, word_t label, struct list caps, struct list mrs)
{
    for (unsigned i = 0; i < caps.n; i++) self()->buffer->caps_or_badges[i] = caps.at[i];
    word_t n = timed(SYS_CALL, cap, INFO(label, caps.n, mrs.n), mrs, 0);
    EXPECT_OK(INFO_LABEL(self()->out.info));
    return n;
}

static void run(void (*group)(void))
{
    other_vspace = vspace_with_image();
    group();
    kit_threads_clean();
    kit_world_clean();
}

void kit_main(seL4_BootInfo *info)
{
    static void (*const groups[])(void) = {bench_syscalls, bench_ipc, bench_notifications, bench_faults, bench_objects,
                                           bench_memory, bench_interrupts, bench_latency};
    word_t first = instret(), second = instret(), start = first;
    calibration = second - first;
    root_thread.tcb = ROOT_TCB;
    root_thread.sc = ROOT_SC;
    root_thread.buffer = info->ipcBuffer;
    kit_world_init(info);
    kit_console_init();
    EXPECT_OK(sc_configure(ROOT_SC, 100000000, 100000000, 0, 0, 0));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY));
    kit_world_clean();
    put_string("\nkbench: instructions per primitive, ");
    put_decimal(WORD_BITS);
    put_string(" bit (name median min max)\n");
    add(start);
    report("reset_to_root_task");
    for (unsigned i = 0; i < ARRAY_LENGTH(groups); i++) run(groups[i]);
    put_string("kbench done\n");
    power_off(0);
}
