/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Threads of the tests, and three of the kit's own: a ticker (the only clock a user program has is a scheduling context
 * that has run dry), the watchdog, and the jammer of the second pass.
 */
#include "internal.h"
#include <kernel/gen_config.h>

#define MAX_THREADS 16
#define STACK_SIZE 1024
#define SERVICE_THREADS 3
#define LONG_US 10000000ull
#define ROOT_SLICE_US 100000000ull
#define WATCHDOG_PERIOD_US 2000000ull
#define SERVICE_BUDGET_US 300ull

enum { TICKER, WATCHDOG, JAMMER };
static const word_t service_priority[SERVICE_THREADS] = {253, 255, 254};

struct thread root_thread;
static struct thread threads[MAX_THREADS], services[SERVICE_THREADS];
static unsigned used;

#define BUFFER_SIZE ((word_t)1 << seL4_IPCBufferSizeBits)
static char buffers[MAX_THREADS + SERVICE_THREADS][1 << seL4_IPCBufferSizeBits] __attribute__((aligned(4096)));
static char stacks[MAX_THREADS + SERVICE_THREADS][STACK_SIZE] __attribute__((aligned(16)));

static word_t tick_start, tick_done;
static volatile word_t random_state = 12345;

/* ---- creation ------------------------------------------------------------------------------------------------------ */

static void make(struct thread *t, unsigned place, word_t vspace, void (*entry)(word_t), word_t arg, word_t priority,
                 bool with_sc)
{
    *t = (struct thread){0};
    t->tcb = tcb_new();
    t->buffer = (seL4_IPCBuffer *)buffers[place];
    *t->buffer = (seL4_IPCBuffer){0};
    t->buffer_frame = image_frame(t->buffer);
    t->stack_top = (word_t)stacks[place] + STACK_SIZE;
    EXPECT_OK(tcb_configure(t->tcb, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vspace,
                            (word_t)t->buffer, t->buffer_frame));
    if (with_sc) {
        t->sc = sc_new();
        EXPECT_OK(sc_configure(t->sc, LONG_US, LONG_US, 0, 0, 0));
    }
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 255, priority, t->sc, 0));
    word_t regs[32] = {[0] = (word_t)entry, [2] = t->stack_top, [16] = arg, [17] = (word_t)t->seen, [31] = (word_t)t};
    EXPECT_OK(tcb_write_registers(t->tcb, 0, 32, (struct list){32, regs}));
}

static struct thread *allocate(void)
{
    EXPECT(used < MAX_THREADS);
    return &threads[used++];
}

struct thread *thread_new(void (*entry)(word_t), word_t arg, word_t priority)
{
    return thread_new_in(ROOT_VSPACE, entry, arg, priority);
}

struct thread *thread_new_in(word_t vspace, void (*entry)(word_t), word_t arg, word_t priority)
{
    struct thread *t = allocate();
    make(t, (unsigned)(t - threads), vspace, entry, arg, priority, true);
    return t;
}

struct thread *thread_new_passive(void (*entry)(word_t), word_t arg, word_t priority)
{
    struct thread *t = allocate();
    make(t, (unsigned)(t - threads), ROOT_VSPACE, entry, arg, priority, false);
    return t;
}

void thread_set_fault_ep(struct thread *t, word_t fault_ep)
{
    EXPECT_OK(tcb_set_space(t->tcb, fault_ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), ROOT_VSPACE));
}

void thread_start(struct thread *t)
{
    EXPECT_OK(tcb_resume(t->tcb));
}

void thread_stop(void)
{
    tcb_suspend(self()->tcb);
    for (;;) __asm__ volatile("ebreak"); /* in a CSpace without its TCB it stops by a fault */
}

void kit_threads_suspend(void)
{
    for (unsigned i = 0; i < used; i++) tcb_suspend(threads[i].tcb);
}

word_t thread_pc(const struct thread *t)
{
    EXPECT_OK(tcb_read_registers(t->tcb, 0, 1));
    return got_mr(0);
}

void settle(void)
{
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, 1));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY));
}

/* ---- the kit's own threads ---------------------------------------------------------------------------------------- */

/* Yield gives the whole budget away: the thread comes back one period later. */
static void ticker(word_t unused)
{
    (void)unused;
    for (;;) {
        ipc_wait(tick_start);
        sys_yield();
        ipc_signal(tick_done);
    }
}

static void watchdog(word_t unused)
{
    (void)unused;
    unsigned last = 0, quiet = 0;
    for (;;) {
        sys_yield();
        if (last != kit_test_number) quiet = 0;
        else if (++quiet == 2) kit_report_hang();
        last = kit_test_number;
    }
}

/* Interrupts whatever runs, at a different distance each time. */
static void jammer(word_t sc)
{
    for (;;) {
        random_state = random_state * 1664525u + 1013904223u;
        sc_configure(sc, 60, 100 + (random_state >> 20 & 127), 0, 0, 0);
        sys_yield();
    }
}

void kit_jammer(bool on)
{
    if (on) tcb_resume(services[JAMMER].tcb);
    else tcb_suspend(services[JAMMER].tcb);
}

void kit_threads_init(void)
{
    static void (*const entry[SERVICE_THREADS])(word_t) = {ticker, watchdog, jammer};
    EXPECT_OK(sc_configure(ROOT_SC, ROOT_SLICE_US, ROOT_SLICE_US, 0, 0, 0));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY));
    tick_start = notification_new();
    tick_done = notification_new();
    for (unsigned i = 0; i < SERVICE_THREADS; i++) {
        struct thread *t = &services[i];
        make(t, MAX_THREADS + i, ROOT_VSPACE, entry[i], 0, service_priority[i], true);
        EXPECT_OK(sc_configure(t->sc, SERVICE_BUDGET_US, i == WATCHDOG ? WATCHDOG_PERIOD_US : 1000, 0, 0, 0));
        if (i == JAMMER) {
            word_t regs[17] = {[0] = (word_t)jammer, [2] = t->stack_top, [16] = t->sc};
            EXPECT_OK(tcb_write_registers(t->tcb, 0, 17, (struct list){17, regs}));
        } else {
            thread_start(t);
        }
    }
}

/* As after boot, also when a test ended in the middle: the root thread in domain 0, which has all the time. */
static void domains_clean(void)
{
#if CONFIG_NUM_DOMAINS > 1
    static const uint64_t whole = ((uint64_t)1 << 56) - 1;
    invoke(seL4_CapDomain, DomainSetSet, LIST(ROOT_TCB), LIST(0));
#if IS_64BIT
    invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(0, 0, whole));
#else
    invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(0, 0, (word_t)whole, (word_t)(whole >> 32)));
#endif
    invoke(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(0));
#endif
}

void kit_threads_clean(void)
{
    used = 0;
    domains_clean();
    word_t authority = services[WATCHDOG].tcb ? services[WATCHDOG].tcb : ROOT_TCB;
    tcb_set_mcp(ROOT_TCB, authority, 255);
    tcb_set_priority(ROOT_TCB, authority, TEST_PRIORITY);
    tcb_unbind_notification(ROOT_TCB);
    root_thread.buffer->receiveCNode = 0;
    if (tick_done) ipc_poll(tick_done);
}

void sleep_us(word_t us)
{
    EXPECT_OK(sc_configure(services[TICKER].sc, us / 2 < SERVICE_BUDGET_US ? us / 2 : SERVICE_BUDGET_US, us, 0, 0, 0));
    ipc_signal(tick_start);
    ipc_wait(tick_done);
}
