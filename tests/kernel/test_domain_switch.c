/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 3.4 and 6.6: what several domains do. The kernel of `make kernel BOOT=upstream NUM_DOMAINS=16` has them.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#if CONFIG_NUM_DOMAINS > 2
#define MS ((uint64_t)10000) /* in timer ticks */
#define WHOLE_TIME (((uint64_t)1 << 56) - 1)

static word_t ep, reply;

static word_t set(word_t domain, word_t tcb)
{
    return invoke(seL4_CapDomain, DomainSetSet, LIST(tcb), LIST(domain));
}

static word_t configure(word_t index, word_t domain, uint64_t duration)
{
#if IS_64BIT
    return invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, duration));
#else
    return invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, (word_t)duration, (word_t)(duration >> 32)));
#endif
}

static word_t set_start(word_t index)
{
    return invoke(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(index));
}

/* As after boot. A test calls it before it looks at what it observed, so that a failure does not reach the next one. */
static void only_domain_0(void)
{
    configure(0, 0, WHOLE_TIME);
    set_start(0);
    for (word_t i = 1; i < 4; i++) configure(i, 0, 0);
}

static void count(word_t unused)
{
    (void)unused;
    for (;;) self()->progress++;
}

static void count_one(word_t unused)
{
    (void)unused;
    self()->progress++;
    thread_stop();
}

static struct thread *started_in(word_t domain, void (*entry)(word_t), word_t priority)
{
    struct thread *t = thread_new(entry, 0, priority);
    EXPECT_OK(set(domain, t->tcb));
    thread_start(t);
    return t;
}

TEST(domain, a_thread_of_another_domain_does_not_run)
{
    struct thread *t = started_in(1, count_one, TEST_PRIORITY + 1);
    settle();
    EXPECT_EQ(t->progress, 0);
    EXPECT_OK(set(0, t->tcb)); /* at once: it has a higher priority */
    EXPECT_EQ(t->progress, 1);
}

TEST(domain, every_domain_can_be_set)
{
    struct thread *t = thread_new(count_one, 0, TEST_PRIORITY + 1);
    for (word_t d = 0; d < CONFIG_NUM_DOMAINS; d++) EXPECT_OK(set(d, t->tcb));
    EXPECT_IA(set(CONFIG_NUM_DOMAINS, t->tcb), 0);
    thread_start(t);
    EXPECT_EQ(t->progress, 0);
    EXPECT_OK(set(0, t->tcb));
    EXPECT_EQ(t->progress, 1);
}

TEST(domain, set_start_ends_the_slot_at_once)
{
    struct thread *t = started_in(1, count, 1); /* the lowest priority, but alone there */
    EXPECT_OK(configure(2, 0, WHOLE_TIME));
    EXPECT_OK(configure(1, 1, 2 * MS));
    uint64_t start = now_ticks();
    word_t error = set_start(1); /* on, to domain 0, after 2 ms */
    uint64_t time = now_ticks() - start;
    word_t progress = t->progress;
    only_domain_0();
    EXPECT_EQ(error, seL4_NoError);
    EXPECT(progress > 0);
    EXPECT(time >= 2 * MS - 100 && time < 3 * MS);
    progress = t->progress;
    settle();
    EXPECT_EQ(t->progress, progress);
}

TEST(domain, slots_follow_each_other_and_start_over)
{
    struct thread *one = started_in(1, count, TEST_PRIORITY), *two = started_in(2, count, TEST_PRIORITY);
    uint64_t start = now_ticks(), last = start, away = 0;
    EXPECT_OK(configure(1, 1, MS));
    EXPECT_OK(configure(2, 2, MS));
    EXPECT_OK(configure(0, 0, MS));
    word_t error = set_start(0);
    unsigned gaps = 0;
    while (now_ticks() - start < 20 * MS) { /* gaps in the time of this thread are the other domains' slots */
        uint64_t now = now_ticks();
        if (now - last > MS) {
            gaps++;
            away += now - last;
        }
        last = now;
    }
    word_t first = one->progress, second = two->progress;
    only_domain_0();
    EXPECT_EQ(error, seL4_NoError);
    EXPECT(gaps >= 5 && gaps <= 8);
    EXPECT(away / gaps >= 2 * MS - 200 && away / gaps <= 2 * MS + 2000);
    EXPECT(first > 0 && second > 0);
}

TEST(domain, an_empty_domain_idles_for_its_slot)
{
    EXPECT_OK(configure(2, 0, WHOLE_TIME));
    EXPECT_OK(configure(1, 3, 2 * MS));
    uint64_t start = now_ticks();
    word_t error = set_start(1);
    uint64_t time = now_ticks() - start;
    only_domain_0();
    EXPECT_EQ(error, seL4_NoError);
    EXPECT(time >= 2 * MS - 100 && time < 3 * MS);
}

TEST(domain, a_thread_can_leave_its_own_domain)
{
    EXPECT_OK(configure(1, 1, MS));
    EXPECT_OK(configure(0, 0, MS));
    EXPECT_OK(set_start(0));
    uint64_t start = now_ticks();
    word_t error = set(1, ROOT_TCB); /* returns in the next slot of domain 1 */
    uint64_t time = now_ticks() - start;
    word_t back = set(0, ROOT_TCB);
    only_domain_0();
    EXPECT_EQ(error, seL4_NoError);
    EXPECT_EQ(back, seL4_NoError);
    EXPECT(time > 0 && time <= MS + 2000);
}

static void echo(word_t unused)
{
    (void)unused;
    ipc_recv(ep, reply);
    for (;;) {
        self()->progress++;
        ipc_reply_recv(ep, INFO(7, 0, 0), NONE, reply);
    }
}

TEST(domain, a_call_waits_for_the_servers_domain)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *server = thread_new(echo, 0, TEST_PRIORITY + 1);
    thread_start(server); /* waits */
    EXPECT_OK(set(1, server->tcb));
    EXPECT_OK(configure(1, 1, MS));
    EXPECT_OK(configure(0, 0, MS));
    EXPECT_OK(set_start(0));
    word_t label = 7;
    uint64_t start = now_ticks();
    for (unsigned i = 0; i < 4; i++) label = ipc_call(ep, INFO(0, 0, 0), NONE) == 7 ? label : 0;
    uint64_t time = now_ticks() - start;
    only_domain_0();
    EXPECT_EQ(label, 7);
    EXPECT_EQ(server->progress, 4);
    EXPECT(time >= 6 * MS - 2000); /* each but the first takes a round of both slots */
}

TEST(domain, signals_wake_in_the_domain_of_the_waiter)
{
    ep = notification_new();
    struct thread *t = thread_with_syscall(0, SYS_WAIT, ep, 0, 0, 0, 0);
    EXPECT_OK(set(1, t->tcb));
    ipc_signal(ep);
    settle();
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(set(0, t->tcb));
    settle();
    EXPECT_EQ(t->seen[0], 1);
}

static struct thread *child;

static void make_child(word_t unused)
{
    (void)unused;
    child = thread_new(count_one, 0, TEST_PRIORITY - 1);
    thread_start(child);
    thread_stop();
}

TEST(domain, a_new_thread_is_in_its_makers_current_domain)
{
    child = NULL;
    struct thread *maker = started_in(1, make_child, TEST_PRIORITY);
    EXPECT_OK(sc_configure(maker->sc, 2000, 2000, 0, 0, 0)); /* below the child only by its priority */
    EXPECT_OK(configure(2, 0, WHOLE_TIME));
    EXPECT_OK(configure(1, 2, MS));
    EXPECT_OK(set(2, maker->tcb));
    word_t error = set_start(1);
    bool made = child != NULL;
    word_t in_its_slot = made ? child->progress : 0;
    only_domain_0();
    EXPECT_EQ(error, seL4_NoError);
    EXPECT(made);
    EXPECT_EQ(in_its_slot, 1);
}

TEST(domain, end_markers_and_the_start_entry)
{
    EXPECT_IA(set_start(1), 0); /* an end marker so far */
    EXPECT_OK(configure(1, 0, WHOLE_TIME));
    EXPECT_OK(set_start(1));
    EXPECT_IA(configure(1, 0, 0), 2); /* it is the start now */
    EXPECT_OK(configure(0, 0, 0));    /* and this one not any more */
    EXPECT_IA(set_start(0), 0);
    only_domain_0();
    EXPECT_IA(set_start(CONFIG_NUM_DOMAIN_SCHEDULES - 1), 0);
    EXPECT_RE(configure(CONFIG_NUM_DOMAIN_SCHEDULES - 1, 0, 1), 0, CONFIG_NUM_DOMAIN_SCHEDULES - 2);
}
#endif
