/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Who uses the processor, and the memory: the kernel's accounts of processor time as the supervisor (components) and
 * ProcessManager (applications) report them, the difference between two looks at a time; MemoryManager's books.
 */
#include "console.h"

#include <string.h>

#include <uart_driver.h>

enum { ROUND_MS = 1000, MAX_THREADS = 32 };

/* Processor time of each thread at the last look, by place in the list; it may overflow: only differences count. */
struct sample {
    uint32_t cpu_us[MAX_THREADS];
    uint64_t at_us;
};

struct look {
    struct sample *last;
    uint32_t elapsed_us;    /* since then */
    uint32_t used_us;       /* by all so far */
    unsigned count;
    bool print;
};

/* Tenths of a per cent, without a 64-bit division. */
static unsigned share(uint32_t us, uint32_t elapsed_us)
{
    uint32_t unit = elapsed_us / 1000;

    return unit == 0 ? 0 : us / unit;
}

static void print_share(const char *name, const char *kind, unsigned priority, uint32_t us, uint32_t elapsed_us)
{
    unsigned tenths = share(us, elapsed_us);

    console_printf("%-22s%-13s%8u%6u.%u\n", name, kind, priority, tenths / 10, tenths % 10);
}

static void visit_thread(struct look *l, const char *name, const char *kind, uint32_t priority, uint64_t cpu_us)
{
    if (l->count == MAX_THREADS)
        return;
    uint32_t now = (uint32_t)cpu_us, us = now - l->last->cpu_us[l->count];

    if (us > l->elapsed_us)         /* another one stood in this place at the last look */
        us = 0;
    l->last->cpu_us[l->count++] = now;
    l->used_us += us;
    if (l->print)
        print_share(name, kind, (unsigned)priority, us, l->elapsed_us);
}

static void visit_threads(struct look *l)
{
    char name[NAME_SIZE];
    uint32_t state, ignore, priority;
    uint64_t cpu_us;

    for (uint32_t i = 0; supervisor_service(i, name, sizeof(name), &state, &ignore, &ignore, &priority, &cpu_us) == 0; i++)
        visit_thread(l, name, "service", priority, cpu_us);
    for (uint32_t i = 0; proc_ctrl_get_process(i, name, sizeof(name), &state, &priority, &ignore, &ignore, &cpu_us, &ignore) == 0; i++)
        visit_thread(l, name, "application", priority, cpu_us);
}

static void take_look(struct sample *s, bool print)
{
    uint64_t now = timer_now_us();
    struct look l = {.last = s, .elapsed_us = (uint32_t)(now - s->at_us), .print = print};

    s->at_us = now;
    if (print)
        console_puts("THREAD                KIND         PRIORITY   CPU %\n");
    visit_threads(&l);
    if (print)
        print_share("(idle)", "", 0, l.used_us < l.elapsed_us ? l.elapsed_us - l.used_us : 0, l.elapsed_us);
}

static void print_memory(void)
{
    char name[NAME_SIZE];
    uint32_t quota, allocations, bytes, objects;

    console_puts("OWNER                     MEMORY     QUOTA\n");
    for (uint32_t i = 0; memory_owner(i, name, sizeof(name), &quota, &allocations, &bytes, &objects) == 0; i++)
        console_printf("%-22s%10u%10u\n", name, (unsigned)bytes, (unsigned)quota);
}

/* The line feed of a terminal that sends both is not the key that ends it. */
static void skip_line_feed(void)
{
    const uint8_t *bytes;
    size_t n = console_read(&bytes, UART_NO_WAIT);

    console_unread(n - (n > 0 && *bytes == '\n'));
}

static void take_key(void)
{
    const uint8_t *bytes;
    size_t n = console_read(&bytes, UART_NO_WAIT);

    console_unread(n - (n > 0));
}

/* Without a number it goes on, on a screen of its own, until a key is hit; with one so many times, and only ^C ends it. */
enum result cmd_top(int argc, char *argv[])
{
    struct sample s = {.at_us = 0};
    uint32_t rounds = UINT32_MAX;

    if (argc > 1 && (!parse_number(argv[1], &rounds) || rounds == 0))
        return BAD_ARGUMENTS;
    skip_line_feed();
    take_look(&s, false);
    for (; rounds > 0; rounds--) {
        enum wait_end end = console_wait(ROUND_MS, argc == 1);
        if (end == WAIT_KEY)
            take_key();
        if (end == WAIT_REFUSED)
            return waited(argv[0], end);
        if (end != WAIT_OVER)
            break;
        if (argc == 1)
            console_puts("\033[H\033[2J");
        take_look(&s, true);
        print_memory();
    }
    return DONE;
}
