/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 2.3: the benchmark system calls (KERNEL_BENCHMARK=...), and chapter 3.2: errors in words
 * (KERNEL_INVOCATION_REPORT_ERROR_IPC=true).
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#ifdef CONFIG_ENABLE_BENCHMARKS
enum { FLUSH_CACHES = -21, RESET_LOG = -22, FINALIZE_LOG = -23, SET_LOG_BUFFER = -24, NULL_SYSCALL = -25, GET_THREAD = -26,
       RESET_THREAD = -27, DUMP_ALL = -28, RESET_ALL = -29 };

static word_t bench(long number, word_t a0)
{
    return sys(number, a0, 0, NONE, 0, 0);
}

TEST(benchmark, calls_preserve_registers)
{
    static const long numbers[] = {NULL_SYSCALL, FLUSH_CACHES, RESET_LOG, FINALIZE_LOG};
    static struct register_file f;
    for (unsigned n = 0; n < ARRAY_LENGTH(numbers); n++) {
        for (unsigned i = 0; i < 32; i++) f.in[i] = 0x700 + i;
        f.in[17] = (word_t)numbers[n];
        ecall_with((word_t)&f);
        for (unsigned i = 3; i < 32; i++)
            if (i != 10 || n < 2) EXPECT_EQ(f.out[i], f.in[i]);
    }
}

#ifdef CONFIG_KERNEL_LOG_BUFFER
TEST(benchmark, log_needs_a_buffer_of_one_large_page)
{
    word_t page = test_untyped_bits > seL4_LargePageBits ? object_new(seL4_RISCV_Mega_Page, 0) : 0;
    if (!page) return;
    EXPECT_EQ(bench(SET_LOG_BUFFER, frame_new()), 3);
    EXPECT_EQ(bench(SET_LOG_BUFFER, ROOT_TCB), 3);
    EXPECT_EQ(bench(SET_LOG_BUFFER, 0), 3);
    EXPECT_EQ(bench(SET_LOG_BUFFER, page), 0);
    EXPECT_EQ(bench(RESET_LOG, 7), 0);
    EXPECT_EQ(bench(FINALIZE_LOG, 7), 0); /* no trace points, no records */
}
#else
TEST(benchmark, reset_log_succeeds)
{
    EXPECT_EQ(bench(RESET_LOG, 7), 0);
    EXPECT_EQ(bench(FINALIZE_LOG, 7), 7);
}
#endif

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
enum { CYCLES, SCHEDULES, KERNEL_CYCLES, KERNEL_ENTRIES, IDLE_LOCAL, IDLE_THREADS_CORE, IDLE_SCHEDULES, IDLE_KERNEL_CYCLES,
       IDLE_KERNEL_ENTRIES, TOTAL_CYCLES, TOTAL_SCHEDULES, TOTAL_KERNEL_CYCLES, TOTAL_KERNEL_ENTRIES, COUNTERS };

static uint64_t counters[COUNTERS];

/* The counters lie in the buffer from msg[0] on, 64 bits each. */
static void read_counters(word_t tcb)
{
    const volatile word_t *w = self()->buffer->msg;
    bench(GET_THREAD, tcb);
    for (unsigned i = 0; i < COUNTERS; i++)
        counters[i] = IS_64BIT ? w[i] : (uint64_t)w[2 * i + 1] << 16 << 16 | w[2 * i];
}

static void count_and_yield(word_t times)
{
    for (word_t i = 0; i < times; i++) sys_yield();
    self()->progress = 1;
    thread_stop();
}

TIMED_TEST(benchmark, utilisation_is_counted_per_thread)
{
    struct thread *t = thread_new(count_and_yield, 20, TEST_PRIORITY);
    bench(RESET_THREAD, t->tcb);
    bench(RESET_LOG, 0);
    thread_start(t);
    while (!t->progress) sys_yield();
    bench(FINALIZE_LOG, 0);
    read_counters(t->tcb);
    EXPECT(counters[SCHEDULES] >= 21 && counters[SCHEDULES] <= 24);
    EXPECT(counters[KERNEL_ENTRIES] >= 20 && counters[KERNEL_ENTRIES] <= 50);
    EXPECT(counters[CYCLES] > 0 && counters[CYCLES] < counters[TOTAL_CYCLES]);
    EXPECT(counters[KERNEL_CYCLES] > 0 && counters[KERNEL_CYCLES] <= counters[TOTAL_KERNEL_CYCLES]);
    EXPECT(counters[TOTAL_KERNEL_CYCLES] < counters[TOTAL_CYCLES]);
    EXPECT(counters[TOTAL_SCHEDULES] >= 2 * counters[SCHEDULES] - 2);
    EXPECT(counters[TOTAL_KERNEL_ENTRIES] > counters[KERNEL_ENTRIES]);
    EXPECT_EQ(counters[IDLE_LOCAL], 0); /* somebody always ran */
    EXPECT_EQ(counters[IDLE_SCHEDULES], 0);
    uint64_t total = counters[TOTAL_CYCLES];
    spin_us(100);
    read_counters(t->tcb); /* nothing is counted any more */
    EXPECT_EQ(counters[TOTAL_CYCLES], total);
    bench(RESET_THREAD, t->tcb);
    read_counters(t->tcb);
    EXPECT_EQ(counters[CYCLES] + counters[SCHEDULES] + counters[KERNEL_CYCLES] + counters[KERNEL_ENTRIES], 0);
}

TIMED_TEST(benchmark, idle_time_is_counted)
{
    bench(RESET_LOG, 0);
    sleep_us(5000);
    bench(FINALIZE_LOG, 0);
    read_counters(ROOT_TCB);
    EXPECT_EQ(counters[IDLE_LOCAL], counters[IDLE_THREADS_CORE]);
    EXPECT(counters[IDLE_LOCAL] > counters[TOTAL_CYCLES] / 2);
    EXPECT(counters[IDLE_SCHEDULES] >= 1);
    EXPECT(counters[IDLE_KERNEL_ENTRIES] >= 1);
}

TEST(benchmark, only_threads_have_counters)
{
    self()->buffer->msg[0] = 0x1234;
    bench(GET_THREAD, ROOT_CNODE);
    bench(GET_THREAD, 0);
    bench(RESET_THREAD, ROOT_CNODE);
    EXPECT_EQ(self()->buffer->msg[0], 0x1234);
}

#ifdef CONFIG_DEBUG_BUILD
TEST(benchmark, all_threads_can_be_reset)
{
    bench(RESET_LOG, 0);
    sys_yield();
    bench(FINALIZE_LOG, 0);
    bench(RESET_ALL, 0);
    read_counters(ROOT_TCB);
    EXPECT_EQ(counters[CYCLES] + counters[SCHEDULES] + counters[KERNEL_ENTRIES], 0);
}
#endif
#endif
#endif

#ifdef CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC
static const char *error_text(void) { return (const char *)&self()->buffer->msg[6]; }

static word_t length_of(const char *text)
{
    word_t n = 0;
    while (text[n]) n++;
    return n;
}

TEST(error_text, is_added_to_error_replies)
{
    word_t n;
    invoke(ROOT_TCB, WORD_MAX >> 12, NONE, NONE);
    EXPECT_EQ(INFO_LABEL(self()->out.info), seL4_IllegalOperation);
    n = length_of(error_text());
    EXPECT(n > 10 && n < 50 * sizeof(word_t));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), n / sizeof(word_t) + 1);
    tcb_set_priority(ROOT_TCB, ROOT_TCB, 256);
    n = length_of(error_text());
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 2 + n / sizeof(word_t) + 1);
    EXPECT_EQ(got_mr(1), 255);
}

TEST(error_text, success_leaves_the_buffer_alone)
{
    self()->buffer->msg[6] = 0x5a5a;
    EXPECT_OK(tcb_resume(ROOT_TCB));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 0);
    EXPECT_EQ(self()->buffer->msg[6], 0x5a5a);
}
#endif
