/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 6.6 (fpuDisabled) and FPU0000 to FPU0004 of chapter 14: floating point registers belong to the thread.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#define FPU_DISABLED 1

struct fpu_file {
    uint64_t f[32];
    uint32_t fcsr;
};
/* kit/fpu.S */
void fpu_put(const struct fpu_file *file);
void fpu_get(struct fpu_file *file);
extern const char fpu_get_site[];

static struct fpu_file found;

#ifdef CONFIG_HAVE_FPU
static struct fpu_file mine, theirs;
static word_t gate, ep, reply;

/* Every register different, and a valid rounding mode with some exception flags. */
static void fill(struct fpu_file *file, uint32_t seed)
{
    for (unsigned i = 0; i < 32; i++) file->f[i] = ((uint64_t)(seed + i) << 32) | (seed * 3 + i);
    file->fcsr = (seed & 3) << 5 | (seed & 31);
}

static bool same(const struct fpu_file *a, const struct fpu_file *b)
{
    for (unsigned i = 0; i < 32; i++)
        if (a->f[i] != b->f[i]) return false;
    return a->fcsr == b->fcsr;
}

static bool still_have(const struct fpu_file *file)
{
    struct fpu_file now;
    fpu_get(&now);
    return same(&now, file);
}

static word_t set_flags(word_t tcb, word_t clear, word_t set)
{
    return invoke(tcb, TCBSetFlags, NONE, LIST(clear, set));
}

static void look(word_t unused)
{
    (void)unused;
    fpu_get(&found);
    thread_stop();
}

static void fill_then_look(word_t unused)
{
    fpu_put(&theirs);
    ipc_wait(gate);
    look(unused);
}

TEST(fpu, usable_from_the_start_and_zero)
{
    fill(&mine, 0x11);
    fill(&found, 0x77);
    fpu_put(&mine);
    thread_start(thread_new(look, 0, TEST_PRIORITY + 1));
    for (unsigned i = 0; i < 32; i++) EXPECT_EQ(found.f[i], 0);
    EXPECT_EQ(found.fcsr, 0);
    EXPECT(still_have(&mine));
}

TEST(fpu, registers_are_the_threads_own)
{
    fill(&mine, 0x21);
    fill(&theirs, 0x42);
    gate = notification_new();
    fpu_put(&mine);
    thread_start(thread_new(fill_then_look, 0, TEST_PRIORITY + 1));
    EXPECT(still_have(&mine));
    ipc_signal(gate);
    EXPECT(same(&found, &theirs));
    EXPECT(still_have(&mine));
}

static void serve(word_t unused)
{
    (void)unused;
    ipc_recv(ep, reply);
    for (;;) {
        fpu_put(&theirs);
        ipc_reply_recv(ep, INFO(0, 0, 0), NONE, reply);
        if (!still_have(&theirs)) self()->progress++;
    }
}

TEST(fpu, registers_survive_calls_of_a_server_that_uses_them)
{
    fill(&mine, 0x31);
    fill(&theirs, 0x52);
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new(serve, 0, TEST_PRIORITY + 1);
    thread_start(t);
    fpu_put(&mine);
    for (unsigned i = 0; i < 4; i++) {
        ipc_call(ep, INFO(0, 0, 0), NONE);
        EXPECT(still_have(&mine));
    }
    EXPECT_EQ(t->progress, 0);
}

static void spin_and_compare(word_t seed)
{
    struct fpu_file own;
    fill(&own, (uint32_t)seed);
    fpu_put(&own);
    for (;;) {
        self()->progress++;
        if (!still_have(&own)) self()->seen[0]++;
    }
}

TEST(fpu, registers_survive_the_end_of_a_time_slice)
{
    struct thread *a = thread_new(spin_and_compare, 0x101, TEST_PRIORITY), *b = thread_new(spin_and_compare, 0x202, TEST_PRIORITY);
    EXPECT_OK(sc_configure(a->sc, 200, 200, 0, 0, 0));
    EXPECT_OK(sc_configure(b->sc, 200, 200, 0, 0, 0));
    thread_start(a);
    thread_start(b);
    sleep_us(5000);
    EXPECT(a->progress > 1 && b->progress > 1);
    EXPECT_EQ(a->seen[0], 0);
    EXPECT_EQ(b->seen[0], 0);
}

TEST(fpu, a_deleted_threads_registers_go_with_it)
{
    fill(&theirs, 0x61);
    gate = notification_new();
    struct thread *t = thread_new(fill_then_look, 0, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_OK(cnode_delete(t->tcb));
    fill(&found, 0x77);
    thread_start(thread_new(look, 0, TEST_PRIORITY + 1));
    for (unsigned i = 0; i < 32; i++) EXPECT_EQ(found.f[i], 0);
}

TEST(fpu, disabled_unit_is_a_user_exception_and_enabling_restores)
{
    fill(&mine, 0x71);
    fill(&theirs, 0x72);
    gate = notification_new();
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new(fill_then_look, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_OK(set_flags(t->tcb, 0, FPU_DISABLED));
    EXPECT_EQ(got_mr(0), FPU_DISABLED);
    fpu_put(&mine); /* somebody else's values in the meantime */
    ipc_signal(gate);
    EXPECT_EQ(fault_recv(ep, reply), seL4_Fault_UserException);
    EXPECT_EQ(got_mr(0), (word_t)fpu_get_site);
    EXPECT_EQ(got_mr(2), 2); /* illegal instruction */
    EXPECT_OK(set_flags(t->tcb, FPU_DISABLED, 0));
    EXPECT_EQ(got_mr(0), 0);
    ipc_send(reply, INFO(0, 0, 0), NONE);
    EXPECT(same(&found, &theirs));
    EXPECT(still_have(&mine));
}

static void disable_own_unit(word_t unused)
{
    fpu_put(&theirs);
    set_flags(self()->tcb, 0, FPU_DISABLED);
    look(unused);
}

TEST(fpu, a_thread_may_disable_its_own_unit)
{
    fill(&theirs, 0x81);
    ep = endpoint_new();
    struct thread *t = thread_new(disable_own_unit, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_UserException);
    EXPECT_EQ(got_mr(0), (word_t)fpu_get_site);
    EXPECT_EQ(got_mr(2), 2);
}
#else
static void look(word_t unused)
{
    (void)unused;
    fpu_get(&found);
    thread_stop();
}

TEST(fpu, floating_point_is_an_illegal_instruction)
{
    word_t ep = endpoint_new();
    struct thread *t = thread_new(look, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_UserException);
    EXPECT_EQ(got_mr(0), (word_t)fpu_get_site);
    EXPECT_EQ(got_mr(2), 2);
}
#endif
