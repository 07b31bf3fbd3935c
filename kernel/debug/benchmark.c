// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Benchmark system calls (sel4-abi.md 2.3).
#include <debug/benchmark.h>

#include <arch.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cnode.h>
#include <sched/sched.h>

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
static struct {
    bool running;
    uint64_t start, end;
    uint64_t entered; // when the kernel was
    uint64_t schedules, kernel_cycles, kernel_entries; // of all threads
} bench;

void benchmark_enter(void) { bench.entered = arch_cycles(); }

void benchmark_leave(void)
{
    struct utilisation *u = &ks.current->used;
    if (!bench.running)
        return;
    uint64_t cycles = arch_cycles() - bench.entered;
    u->kernel_cycles += cycles;
    u->kernel_entries++;
    bench.kernel_cycles += cycles;
    bench.kernel_entries++;
}

void benchmark_switch(tcb_t *next)
{
    uint64_t now = arch_cycles();
    if (!bench.running)
        return;
    ks.current->used.cycles += now - ks.current->used.since;
    next->used.since = now;
    next->used.schedules++;
    bench.schedules++;
}

static void start(void)
{
    uint64_t now = arch_cycles();
    bench.schedules = bench.kernel_cycles = bench.kernel_entries = 0;
    bench.start = bench.end = bench.entered = now;
    bench.running = true;
    idle_thread.used = (struct utilisation){.since = now};
    ks.current->used.since = now;
}

static void stop(void)
{
    uint64_t now = arch_cycles();
    if (!bench.running)
        return;
    bench.running = false;
    bench.end = now;
    ks.current->used.cycles += now - ks.current->used.since;
}

static tcb_t *thread_at(word_t cptr)
{
    const slot_t *slot = cspace_lookup(ks.current, cptr);
    return slot != NULL && cap_is_thread(slot->cap) ? tcb_of_cap(slot->cap) : NULL;
}

static void reset_thread(tcb_t *t) { t->used = (struct utilisation){.since = t->used.since}; }

// Counters are 64 bits wide on both word sizes, without regard to the alignment of the buffer's message.
static word_t *put64(word_t *out, uint64_t value)
{
    *out++ = (word_t)value;
    if (sizeof(word_t) == 4)
        *out++ = (word_t)(value >> 32);
    return out;
}

static void report_thread(const tcb_t *t)
{
    word_t *buffer = tcb_ipc_buffer(ks.current, true);
    if (t == NULL || buffer == NULL)
        return;
    const struct utilisation *u = &t->used, *idle = &idle_thread.used;
    const uint64_t counters[] = {
        u->cycles, u->schedules, u->kernel_cycles, u->kernel_entries,
        idle->cycles, idle->cycles, idle->schedules, idle->kernel_cycles, idle->kernel_entries, // of the local core, of the thread's
        bench.end - bench.start, bench.schedules, bench.kernel_cycles, bench.kernel_entries,
    };
    word_t *out = &buffer[BUFFER_MR(0)];
    for (unsigned i = 0; i < sizeof counters / sizeof *counters; i++)
        out = put64(out, counters[i]);
}

#ifdef CONFIG_DEBUG_BUILD
static void print_all(void)
{
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        kprintf("%s: cycles 0x%lx%lx, schedules %lu, kernel entries %lu\n", t->name, (word_t)(t->used.cycles >> 32),
                (word_t)(t->used.cycles & UINT32_MAX), (word_t)t->used.schedules, (word_t)t->used.kernel_entries);
}

static void reset_all(void)
{
    for (tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        reset_thread(t);
}
#endif

static bool utilisation_syscall(word_t number, word_t cptr)
{
    tcb_t *t;
    switch ((sword_t)number) {
    case seL4_SysBenchmarkGetThreadUtilisation:
        report_thread(thread_at(cptr));
        return true;
    case seL4_SysBenchmarkResetThreadUtilisation:
        t = thread_at(cptr);
        if (t != NULL)
            reset_thread(t);
        return true;
#ifdef CONFIG_DEBUG_BUILD
    case seL4_SysBenchmarkDumpAllThreadsUtilisation:
        print_all();
        return true;
    case seL4_SysBenchmarkResetAllThreadsUtilisation:
        reset_all();
        return true;
#endif
    default:
        return false;
    }
}
#elif defined(CONFIG_ENABLE_BENCHMARKS)
INLINE void start(void) {}
INLINE void stop(void) {}
static bool utilisation_syscall(word_t number, word_t cptr)
{
    (void)number, (void)cptr;
    return false;
}
#endif

#ifdef CONFIG_KERNEL_LOG_BUFFER
// Entries are made by trace points, of which this kernel has none: what counts is whether the user has brought a place for them.
#define LOG_FAILED 3u /* IllegalOperation */
static bool log_has_buffer;

static word_t reset_log(void) { return log_has_buffer ? 0 : LOG_FAILED; }

static word_t set_log_buffer(word_t cptr)
{
    const slot_t *slot = cspace_lookup(ks.current, cptr);
    if (slot == NULL || !cap_is_frame(slot->cap) || arch_frame_bits(slot->cap) != seL4_LargePageBits)
        return LOG_FAILED;
    log_has_buffer = true;
    return 0;
}
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
bool benchmark_syscall(word_t number)
{
    word_t *a0 = &ks.current->context.reg[REG_CAP];
    switch ((sword_t)number) {
    case seL4_SysBenchmarkNullSyscall:
    case seL4_SysBenchmarkFlushCaches:
        return true;
#ifdef CONFIG_KERNEL_LOG_BUFFER
    case seL4_SysBenchmarkSetLogBuffer:
        *a0 = set_log_buffer(*a0);
        return true;
    case seL4_SysBenchmarkResetLog:
        *a0 = reset_log();
        return true;
    case seL4_SysBenchmarkFinalizeLog:
        *a0 = 0;
        return true;
#else
    case seL4_SysBenchmarkResetLog:
        start();
        *a0 = 0;
        return true;
    case seL4_SysBenchmarkFinalizeLog:
        stop();
        return true;
#endif
    default:
        return utilisation_syscall(number, *a0);
    }
}
#endif
