/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * A program for hart 0 in the kernel's place that gives the vector core jobs, good ones and others (jobs.S), and says what has become of each. The
 * control block is driven as MlCoordinator does it (common/vc_top), but polled.
 */

#include <platform_gen.h>
#include <string.h>
#include <vc_top/link.h>

void sbi_putchar(char c);
_Noreturn void sbi_shutdown(void);
_Noreturn void probe_main(void);

static volatile uint32_t *const page = (volatile uint32_t *)(uintptr_t)VC_TOP_BASE;
static uint8_t *const tcm = (uint8_t *)(uintptr_t)TCM_BASE;

/* --- output --- */

static void put_string(const char *s)
{
    while (*s) {
        sbi_putchar(*s++);
    }
}

static void put_hex(uint32_t v)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        sbi_putchar("0123456789abcdef"[v >> shift & 15]);
    }
}

static void put(const char *name, uint32_t value)
{
    put_string(name);
    put_hex(value);
}

static void line(const char *name, uint32_t value)
{
    put(name, value);
    put_string("\n");
}

/* --- time --- */

static uint32_t now(void)
{
    unsigned long ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return (uint32_t)ticks;
}

static void pause_us(uint32_t us)
{
    uint32_t start = now();
    while (now() - start < us * (TIMEBASE_HZ / 1000000)) {
    }
}

/* --- the control block --- */

enum { EDU_STATUS = 0x24, EDU_RAISE = 0x60, EDU_ACKNOWLEDGE = 0x64 };
enum { PATIENCE_MS = 5000 };

static volatile uint32_t *at(uint32_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

static void ring(void)
{
    *at(VECTOR_BELL_IN_BASE + EDU_RAISE) = 1;
}

/* True if it had been rung. */
static bool answer(void)
{
    uint32_t status = *at(VECTOR_BELL_OUT_BASE + EDU_STATUS);
    *at(VECTOR_BELL_OUT_BASE + EDU_ACKNOWLEDGE) = status;
    return status != 0;
}

static void write(uint32_t offset, uint32_t value)
{
    while (!vc_link_write(page, offset, value)) {
        ring();
    }
    ring();
}

static uint32_t read(uint32_t offset)
{
    return vc_link_read(page, offset);
}

static bool settle(void)
{
    uint32_t start = now();
    while (!vc_link_settled(page)) {
        if (now() - start > PATIENCE_MS * (TIMEBASE_HZ / 1000)) {
            put_string("NOT SETTLED\n");
            return false;
        }
    }
    return true;
}

/* Waits for any interrupt, and takes it back. */
static uint32_t await(void)
{
    uint32_t start = now(), state;
    while ((state = read(VC_INTR_STATE)) == 0) {
        if (now() - start > PATIENCE_MS * (TIMEBASE_HZ / 1000)) {
            put_string("NOTHING HAPPENS\n");
            return 0;
        }
    }
    (void)vc_link_write(page, VC_INTR_STATE, state);
    return state;
}

static void reset(void)
{
    write(VC_CTRL, VC_FREEZE | VC_RESET);
    (void)settle();
    (void)vc_link_write(page, VC_INTR_STATE, VC_INTERRUPTS);
}

/* --- windows: a page each, in this order; the input's is left out --- */

static void window(uint32_t number, uint32_t offset, uint32_t bytes, uint32_t rights)
{
    uint32_t base = VC_WINDOWS + number * VC_WINDOW_BYTES;
    write(base + VC_WINDOW_OFFSET, offset);
    write(base + VC_WINDOW_LIMIT, bytes - 1);
    write(base + VC_WINDOW_PERMISSIONS, rights);
}

enum { TEXT_AT = 0, CONSTANTS_AT = 0x3000, OUTPUT_AT = 0x2000, STATIC_AT = TCM_SIZE - VC_PAGE, TEMPORARY_AT = 0x4000 };

static void windows(void)
{
    window(0, TEXT_AT, VC_PAGE, VC_READ | VC_EXECUTE);
    window(1, CONSTANTS_AT, VC_PAGE, VC_READ);
    window(2, OUTPUT_AT, VC_PAGE, VC_READ | VC_WRITE);
    window(3, STATIC_AT, VC_PAGE, VC_READ | VC_WRITE);
    window(4, 0, VC_PAGE, 0);
    window(5, TEMPORARY_AT, 2 * VC_PAGE, VC_READ | VC_WRITE);
    (void)settle();
}

static void start(const void *text, const void *end)
{
    reset();
    memset(tcm + OUTPUT_AT, 0, VC_PAGE);
    memset(tcm + TEXT_AT, 0, VC_PAGE);
    tcm[TEXT_AT + VC_PAGE - 2] = 0x7b;
    tcm[TEXT_AT + VC_PAGE - 1] = 0x30;
    memcpy(tcm + TEXT_AT, text, (size_t)((const char *)end - (const char *)text));
    write(VC_CTRL, 0);
}

/* --- one job after the other --- */

static void say_fault(void)
{
    put(" cause ", read(VC_CAUSE));
    put(" pc ", read(VC_PC));
    put(" address ", read(VC_ADDRESS));
    put(" errors ", read(VC_ERROR_STATUS));
}

static void outcome(const char *name)
{
    uint32_t state = await();
    put_string(name);
    if (state & VC_FINISH) {
        put(": finish ", read(VC_RESULT));
    }
    if (state & VC_HOST_REQUEST) {
        put_string(": host request");
    }
    if (state & (VC_INSTRUCTION_FAULT | VC_DATA_FAULT)) {
        put_string(state & VC_DATA_FAULT ? ": data fault" : ": instruction fault");
        say_fault();
    }
    line(" ctrl ", read(VC_CTRL));
}

#define JOB(name) extern const char job_##name[], end_##name[];
#define FAULTING(name) JOB(name) extern const char fault_##name[];
#include "jobs.h"
JOB(request)
JOB(xcount)
JOB(loop)
JOB(count)
#undef JOB
#undef FAULTING

static const struct {
    const char *name, *text, *fault, *end;
} jobs[] = {
#define JOB(name) { #name, job_##name, 0, end_##name },
#define FAULTING(name) { #name, job_##name, fault_##name, end_##name },
#include "jobs.h"
};

static void try_jobs(void)
{
    for (unsigned i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        start(jobs[i].text, jobs[i].end);
        if (jobs[i].fault) {
            put("expect ", VC_WINDOW_BASE + (uint32_t)(jobs[i].fault - jobs[i].text));
            put_string(" ");
        }
        outcome(jobs[i].name);
    }
}

static void run(const char *name)
{
    for (unsigned i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        if (strcmp(jobs[i].name, name) == 0) {
            start(jobs[i].text, jobs[i].end);
        }
    }
}

static void try_request(void)
{
    start(job_request, end_request);
    outcome("request");
    write(VC_CTRL, 0);
    outcome("request, resumed");
    start(job_xcount, end_xcount);
    outcome("xcount");
    write(VC_CTRL, 0);
    outcome("xcount, resumed");
}

static void try_output(void)
{
    run("finish");
    outcome("output");
    line("output is ", *(volatile uint32_t *)(void *)(tcm + OUTPUT_AT));
    line("instructions ", read(VC_INSTRUCTIONS) != 0);
    line("vlenb ", read(VC_VLENB));
    line("tcm ", read(VC_TCM_SIZE));
}

/* --- jobs that do not end --- */

static uint32_t counted(void)
{
    return *(volatile uint32_t *)(void *)(tcm + OUTPUT_AT);
}

static void try_reset(void)
{
    uint32_t longest = 0;
    for (unsigned i = 0; i < 100; i++) {
        start(i & 1 ? job_loop : job_count, i & 1 ? end_loop : end_count);
        pause_us(i * 20);
        uint32_t begun = now();
        write(VC_CTRL, VC_FREEZE | VC_RESET);
        (void)settle();
        longest = now() - begun > longest ? now() - begun : longest;
    }
    uint32_t before = counted();
    pause_us(2000);
    line("counted after the reset ", counted() - before);
    line("longest reset, us ", longest / (TIMEBASE_HZ / 1000000));
}

static void try_freeze(void)
{
    start(job_count, end_count);
    pause_us(3000);
    line("runs ", counted() > 0);
    write(VC_CTRL, VC_FREEZE);
    (void)settle();
    uint32_t before = counted();
    pause_us(3000);
    line("counted while frozen ", counted() - before);
    write(VC_CTRL, 0);
    pause_us(3000);
    line("runs on ", counted() > before);
    reset();
}

static void try_limit(void)
{
    write(VC_TIME_LIMIT, 20);
    start(job_loop, end_loop);
    uint32_t begun = now();
    outcome("limit");
    line("limit, ms ", (now() - begun) / (TIMEBASE_HZ / 1000));
    write(VC_TIME_LIMIT, 10000);
    (void)settle();
}

/* A thousand jobs one after the other, each reset at another moment: before it begins, while it runs, when it has finished. */
static void try_again_and_again(void)
{
    uint32_t finished = 0, wrong = 0;
    for (unsigned i = 0; i < 1000; i++) {
        start(job_finish, end_finish);
        pause_us(i % 50);
        reset();
    }
    for (unsigned i = 0; i < 1000; i++) {
        start(job_vectors, end_vectors);
        uint32_t state = await();
        finished += state == VC_FINISH;
        wrong += read(VC_RESULT) != read(VC_VLENB);
    }
    line("finished ", finished);
    line("wrong ", wrong);
}

/* --- registers --- */

static void try_windows(void)
{
    static const struct {
        const char *name;
        uint32_t offset, bytes, rights;
    } bad[] = {
        { "bad window, offset", 0x2004, VC_PAGE, VC_READ },
        { "bad window, length", 0x2000, VC_PAGE - 4, VC_READ },
        { "bad window, empty", 0x2000, 0, VC_READ },
        { "bad window, outside", TCM_SIZE, VC_PAGE, VC_READ },
        { "bad window, across the end", TCM_SIZE - VC_PAGE, 2 * VC_PAGE, VC_READ },
        { "bad window, before the beginning", 0u - VC_PAGE, VC_PAGE, VC_READ },
        { "bad window, write only", 0x2000, VC_PAGE, VC_WRITE },
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        window(63, bad[i].offset, bad[i].bytes, bad[i].rights);
        start(job_finish, end_finish);
        outcome(bad[i].name);
    }
    window(63, 0, TCM_SIZE, VC_READ);
    start(job_finish, end_finish);
    outcome("window of all memory");
    window(63, 0, VC_PAGE, 0);
    (void)settle();
}

static uint32_t bytes_that_are(uint8_t value, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        n += tcm[i] == value;
    }
    return n;
}

static void try_clear(void)
{
    memset(tcm, 0xa5, 0x20000);
    write(VC_INIT_START, 0x4000);
    write(VC_INIT_END, 0x8001 | VC_INIT_VALID);
    (void)settle();
    line("init status ", read(VC_INIT_STATUS));
    line("cleared ", bytes_that_are(0, 0, 0x20000));
    line("cleared where told ", bytes_that_are(0, 0x4000, 0x9000));
    memset(tcm, 0xa5, TCM_SIZE);
    write(VC_INIT_START, 0);
    write(VC_INIT_END, VC_INIT_ADDRESS | VC_INIT_VALID);
    (void)settle();
    line("all cleared ", bytes_that_are(0, 0, TCM_SIZE));
}

static void try_interrupts(void)
{
    reset();
    write(VC_INTR_ENABLE, 0);
    (void)settle();
    (void)answer();
    write(VC_INTR_TEST, VC_HOST_REQUEST | VC_DATA_FAULT);
    (void)settle();
    line("tested ", read(VC_INTR_STATE));
    line("rung while not enabled ", answer());
    write(VC_INTR_ENABLE, VC_DATA_FAULT);
    (void)settle();
    line("rung when enabled ", answer());
    (void)vc_link_write(page, VC_INTR_STATE, VC_HOST_REQUEST | VC_FINISH);
    line("one taken back ", read(VC_INTR_STATE));
    (void)vc_link_write(page, VC_INTR_STATE, VC_INTERRUPTS);
    line("all taken back ", read(VC_INTR_STATE));
    write(VC_INTR_ENABLE, VC_INTERRUPTS);
    start(job_finish, end_finish);
    while (!answer() || !(read(VC_INTR_STATE) & VC_FINISH)) {   /* the reset has rung, too */
    }
    line("rung at the end ", await());
}

/* --- a driver that writes anything anywhere --- */

static uint32_t seed = 0x5eed;

static uint32_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void write_garbage(void)
{
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t word = random_word();
        uint32_t offset = random_word() % VC_LINK_BYTES / 4 * 4;
        if (offset >= VC_RESTARTS && offset <= VC_RESTART_PC) {     /* that there was none is to be seen */
            continue;
        }
        if (word % 4 == 0) {
            page[offset / 4] = random_word();
        } else {
            (void)vc_link_write(page, random_word() % 0x800 / 4 * 4, word % 8 == 1 ? random_word() : random_word() & 0xfff000);
        }
        ring();
        if (i % 200 == 0) {
            pause_us(1000);
        }
    }
}

static void try_garbage(void)
{
    write_garbage();
    for (unsigned i = 0; i < 3; i++) {      /* until the words of this side are its own again */
        page[VC_LINK_WRITTEN / 4] = page[VC_LINK_TAKEN / 4];
        ring();
        pause_us(100000);
    }
    write(VC_INTR_TEST, VC_INTERRUPTS);     /* and what is pending is what the other side says */
    reset();
    for (uint32_t i = 0; i < VC_WINDOW_COUNT; i++) {
        window(i, 0, VC_PAGE, 0);
    }
    windows();
    write(VC_TIME_LIMIT, 10000);
    (void)settle();
    start(job_finish, end_finish);
    outcome("after garbage");
    line("restarts ", read(VC_RESTARTS));
}

_Noreturn void probe_main(void)
{
    put_string("vector probe\n");
    while (!vc_link_alive(page)) {
    }
    line("at reset, ctrl ", read(VC_CTRL));
    write(VC_INTR_ENABLE, VC_INTERRUPTS);
    windows();
    try_jobs();
    try_request();
    try_output();
    try_reset();
    try_freeze();
    try_limit();
    try_again_and_again();
    try_windows();
    try_clear();
    try_interrupts();
    try_garbage();
    put_string("vector probe done\n");
    sbi_shutdown();
}
