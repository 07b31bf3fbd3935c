/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Messages between the cores (common/mailbox): format, rings in shared memory, table of outstanding requests. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mailbox/ring.h>
#include <mailbox/table.h>

#define BASE 0x80601000u
static const struct mailbox_window window = { BASE, 15 * MAILBOX_PAGE };

/* --- messages --- */

static enum mailbox_progress feed_all(const uint32_t *words, unsigned n, struct mailbox_message *m, enum mailbox_fault *fault)
{
    struct mailbox_decoder decoder = {0};
    for (unsigned i = 0; i + 1 < n; i++) {
        enum mailbox_progress progress = mailbox_feed(&decoder, &window, words[i], m, fault);
        if (progress != MAILBOX_MORE) {
            return progress;
        }
    }
    enum mailbox_progress last = mailbox_feed(&decoder, &window, words[n - 1], m, fault);
    assert_true(last == MAILBOX_MORE || (decoder.have == 0 && decoder.want == 0));
    return last;
}

static void test_every_short_size(void **state)
{
    (void)state;
    for (uint16_t size = 0; size <= MAILBOX_INLINE_MAX; size++) {
        struct mailbox_message m = { .version = MAILBOX_VERSION, .id = 0xa5, .reply = size & 1, .size = size }, got;
        uint32_t words[MAILBOX_MESSAGE_WORDS];
        enum mailbox_fault fault;
        memset(m.words, 0, sizeof m.words);
        memset(m.words, 0x5a, size);
        unsigned n = mailbox_encode(&m, words);
        assert_int_equal(n, 1 + (size + 3) / 4);
        assert_int_equal(words[0], 0x01a50000u | size | (size & 1u) << 28);
        assert_int_equal(feed_all(words, n, &got, &fault), MAILBOX_COMPLETE);
        assert_memory_equal(&got, &m, sizeof m);
    }
}

static void test_long(void **state)
{
    struct mailbox_message m = { .version = MAILBOX_VERSION, .id = 1, .is_long = true, .size = 5000, .address = BASE + MAILBOX_PAGE }, got;
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    enum mailbox_fault fault;
    (void)state;
    assert_int_equal(mailbox_encode(&m, words), 2);
    assert_int_equal(words[0], 0x81011388u);
    assert_int_equal(feed_all(words, 2, &got, &fault), MAILBOX_COMPLETE);
    assert_memory_equal(&got, &m, sizeof m);
}

static void test_malformed(void **state)
{
    static const struct {
        uint32_t words[2];
        unsigned n;
        enum mailbox_fault fault;
    } cases[] = {
        { { 0x41010004 }, 1, MAILBOX_FAULT_RESERVED },
        { { 0x21010004 }, 1, MAILBOX_FAULT_RESERVED },
        { { 0x02010004 }, 1, MAILBOX_FAULT_VERSION },
        { { 0x0f010004 }, 1, MAILBOX_FAULT_VERSION },
        { { 0x01010019 }, 1, MAILBOX_FAULT_SIZE },              /* short, 25 bytes */
        { { 0x81010000 }, 1, MAILBOX_FAULT_SIZE },              /* long and empty */
        { { 0x00000004 }, 1, MAILBOX_FAULT_RESERVED },          /* the original has no short ones, */
        { { 0x90000004 }, 1, MAILBOX_FAULT_RESERVED },          /* no replies, */
        { { 0x80010004 }, 1, MAILBOX_FAULT_RESERVED },          /* and no ids */
        { { 0x81010004, BASE + 4 }, 2, MAILBOX_FAULT_ADDRESS },
        { { 0x81010004, BASE - MAILBOX_PAGE }, 2, MAILBOX_FAULT_ADDRESS },
        { { 0x81010004, BASE + 15 * MAILBOX_PAGE }, 2, MAILBOX_FAULT_ADDRESS },
        { { 0x81010004, 0 }, 2, MAILBOX_FAULT_ADDRESS },
        { { 0x81010004, 0xfffff000 }, 2, MAILBOX_FAULT_ADDRESS },
        { { 0x81011001, BASE + 14 * MAILBOX_PAGE }, 2, MAILBOX_FAULT_SIZE },
        { { 0x8101ffff, BASE }, 2, MAILBOX_FAULT_SIZE },
        { { 0x80001001, BASE + 14 * MAILBOX_PAGE }, 2, MAILBOX_FAULT_SIZE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mailbox_message got;
        enum mailbox_fault fault = MAILBOX_FAULT_NONE;
        assert_int_equal(feed_all(cases[i].words, cases[i].n, &got, &fault), MAILBOX_MALFORMED);
        assert_int_equal(fault, cases[i].fault);
    }
}

static void test_window_of_any_size(void **state)
{
    const struct mailbox_window top = { 0xffff0000u, 0x10000u }, none = { BASE, 0 };
    (void)state;
    assert_int_equal(mailbox_check_buffer(&top, 0xfffff000u, 4096), MAILBOX_FAULT_NONE);
    assert_int_equal(mailbox_check_buffer(&top, 0xfffff000u, 4097), MAILBOX_FAULT_SIZE);
    assert_int_equal(mailbox_check_buffer(&top, 0, 1), MAILBOX_FAULT_ADDRESS);
    assert_int_equal(mailbox_check_buffer(&none, BASE, 1), MAILBOX_FAULT_ADDRESS);
    assert_int_equal(mailbox_reply_room(1), 4096);
    assert_int_equal(mailbox_reply_room(4096), 4096);
    assert_int_equal(mailbox_reply_room(4097), 8192);
    assert_int_equal(mailbox_reply_room(65535), 65535);
}

/* --- rings --- */

static struct {
    _Alignas(4096) char page[MAILBOX_PAGE];
    struct mailbox_ring management, security;
} rings;

static void connect(void)
{
    memset(&rings, 0xd0, sizeof rings.page);        /* what was there before */
    memset(&rings.management, 0, 2 * sizeof rings.management);
    mailbox_ring_start(&rings.security, rings.page, MAILBOX_SECURITY, 1);
    (void)mailbox_ring_look(&rings.security);
    mailbox_ring_start(&rings.management, rings.page, MAILBOX_MANAGEMENT, 1);
    assert_int_equal(mailbox_ring_look(&rings.management), MAILBOX_LINK_NEW);
    assert_int_equal(mailbox_ring_look(&rings.security), MAILBOX_LINK_NEW);
    assert_int_equal(mailbox_ring_look(&rings.management), MAILBOX_LINK_UP);
    assert_int_equal(mailbox_ring_look(&rings.security), MAILBOX_LINK_UP);
}

static void test_ring_all_or_nothing(void **state)
{
    static const uint32_t words[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint32_t word;
    (void)state;
    connect();
    for (uint32_t round = 0; round < 1000; round++) {       /* round and round */
        assert_true(mailbox_ring_put(&rings.management, words, 5));
        assert_false(mailbox_ring_put(&rings.management, words, 4));
        assert_true(mailbox_ring_put(&rings.management, words + 5, 3));
        for (uint32_t i = 1; i <= 8; i++) {
            assert_true(mailbox_ring_get(&rings.security, &word));
            assert_int_equal(word, i);
        }
        assert_false(mailbox_ring_get(&rings.security, &word));
    }
    assert_int_equal(rings.security.overruns + rings.management.overruns, 0);
}

static void test_ring_indices_are_not_believed(void **state)
{
    static const uint32_t words[2] = { 11, 12 };
    uint32_t word, impossible[] = { 9, 1000, 0x80000000u, UINT32_MAX };
    (void)state;
    connect();
    struct mailbox_half *evil = rings.management.mine;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t before = rings.security.overruns;
        evil->written = rings.security.taken + impossible[i];
        assert_false(mailbox_ring_get(&rings.security, &word));
        assert_int_equal(rings.security.overruns, before + 1);
        rings.management.written = evil->written;
        assert_true(mailbox_ring_put(&rings.management, words, 2));     /* and the next message comes through */
        assert_true(mailbox_ring_get(&rings.security, &word) && word == 11);
        assert_true(mailbox_ring_get(&rings.security, &word) && word == 12);
        evil->taken = rings.security.written + 1 + i * 1000;
        assert_false(mailbox_ring_put(&rings.security, words, 1));
        evil->taken = rings.security.written;
        assert_true(mailbox_ring_put(&rings.security, words, 1));
        evil->taken = rings.security.written;
    }
}

/* The other side may write to the whole page; it can not make this one lose count. */
static void test_ring_own_half_overwritten(void **state)
{
    static const uint32_t words[1] = { 42 };
    uint32_t word;
    (void)state;
    connect();
    for (unsigned fill = 0; fill < 256; fill++) {
        memset(rings.page, (int)fill, sizeof rings.page);
        for (unsigned i = 0; i < 20; i++) {
            (void)mailbox_ring_look(&rings.security);
            (void)mailbox_ring_get(&rings.security, &word);
            (void)mailbox_ring_put(&rings.security, words, 1);
        }
    }
    connect();
    assert_true(mailbox_ring_put(&rings.management, words, 1));
    assert_true(mailbox_ring_get(&rings.security, &word) && word == 42);
}

static void test_ring_restarts(void **state)
{
    static const uint32_t words[3] = { 1, 2, 3 };
    uint32_t word;
    (void)state;
    connect();
    for (uint32_t life = 2; life < 50; life++) {
        bool management = life & 1;
        struct mailbox_ring *restarted = management ? &rings.management : &rings.security;
        struct mailbox_ring *other = management ? &rings.security : &rings.management;
        assert_true(mailbox_ring_put(other, words, 3));
        assert_true(mailbox_ring_put(restarted, words, 2));
        mailbox_ring_start(restarted, rings.page, management ? MAILBOX_MANAGEMENT : MAILBOX_SECURITY, life);
        assert_int_equal(mailbox_ring_look(restarted), MAILBOX_LINK_NEW);
        assert_int_equal(mailbox_ring_look(restarted), MAILBOX_LINK_DOWN);      /* not noticed yet */
        assert_false(mailbox_ring_put(restarted, words, 1));
        assert_false(mailbox_ring_get(restarted, &word));
        assert_int_equal(mailbox_ring_look(other), MAILBOX_LINK_NEW);
        assert_false(mailbox_ring_get(other, &word));
        assert_int_equal(mailbox_ring_look(other), MAILBOX_LINK_UP);
        assert_int_equal(mailbox_ring_look(restarted), MAILBOX_LINK_UP);
        assert_true(mailbox_ring_put(restarted, words, 1) && mailbox_ring_get(other, &word) && word == 1);
        assert_true(mailbox_ring_put(other, words + 1, 1) && mailbox_ring_get(restarted, &word) && word == 2);
    }
}

/* --- outstanding requests --- */

static void test_table_ids_take_turns(void **state)
{
    struct mailbox_table table = {0};
    bool seen[256] = { false };
    (void)state;
    struct mailbox_request *old = mailbox_enter(&table, MAILBOX_VERSION, 1);
    for (unsigned i = 0; i < 254; i++) {
        struct mailbox_request *r = mailbox_enter(&table, MAILBOX_VERSION, 1);
        assert_true(r->message.id != MAILBOX_ORIGINAL_ID && r->message.id != old->message.id && !seen[r->message.id]);
        seen[r->message.id] = true;
        mailbox_leave(r);
    }
    struct mailbox_request *r = mailbox_enter(&table, MAILBOX_VERSION, 1);
    assert_true(seen[r->message.id]);
}

static void test_table_full_and_order(void **state)
{
    struct mailbox_table table = {0};
    struct mailbox_request *r[MAILBOX_OUTSTANDING];
    (void)state;
    for (unsigned i = 0; i < MAILBOX_OUTSTANDING; i++) {
        r[i] = mailbox_enter(&table, MAILBOX_VERSION, 5);
    }
    assert_null(mailbox_enter(&table, MAILBOX_VERSION, 5));
    assert_ptr_equal(mailbox_first_queued(&table), r[0]);
    r[0]->state = MAILBOX_SENT;
    assert_ptr_equal(mailbox_first_queued(&table), r[1]);
    mailbox_leave(r[0]);
    assert_non_null(mailbox_enter(&table, MAILBOX_VERSION, 5));
    assert_ptr_equal(mailbox_first_queued(&table), r[1]);
}

static void test_table_ticks(void **state)
{
    struct mailbox_table table = {0};
    (void)state;
    struct mailbox_request *sent = mailbox_enter(&table, MAILBOX_VERSION, 2), *queued = mailbox_enter(&table, MAILBOX_VERSION, 2);
    sent->state = MAILBOX_SENT;
    assert_null(mailbox_tick(&table, true));
    assert_ptr_equal(mailbox_tick(&table, true), sent);
    assert_ptr_equal(mailbox_tick(&table, false), queued);
    assert_null(mailbox_tick(&table, false));
    assert_true(sent->state == MAILBOX_ABANDONED && queued->state == MAILBOX_FREE);
    assert_false(mailbox_anybody_waits(&table));
}

static void test_table_forget(void **state)
{
    struct mailbox_table table = {0};
    (void)state;
    struct mailbox_request *sent = mailbox_enter(&table, MAILBOX_VERSION, 2), *queued = mailbox_enter(&table, MAILBOX_VERSION, 2),
                           *abandoned = mailbox_enter(&table, MAILBOX_VERSION, 2);
    sent->state = MAILBOX_SENT;
    abandoned->state = MAILBOX_ABANDONED;
    assert_ptr_equal(mailbox_forget(&table), sent);
    assert_null(mailbox_forget(&table));
    assert_true(sent->state == MAILBOX_FREE && abandoned->state == MAILBOX_FREE && queued->state == MAILBOX_QUEUED);
}

static void test_table_buffers(void **state)
{
    struct mailbox_table table = {0};
    (void)state;
    struct mailbox_request *r = mailbox_enter(&table, MAILBOX_VERSION, 2);
    r->message.is_long = true;
    r->message.address = BASE + MAILBOX_PAGE;
    r->message.size = MAILBOX_PAGE + 1;
    assert_false(mailbox_buffer_in_use(&table, BASE, MAILBOX_PAGE));
    assert_true(mailbox_buffer_in_use(&table, BASE, MAILBOX_PAGE + 1));
    assert_true(mailbox_buffer_in_use(&table, BASE + 2 * MAILBOX_PAGE, 1));
    assert_false(mailbox_buffer_in_use(&table, BASE + 3 * MAILBOX_PAGE, 1));
    mailbox_leave(r);
    assert_false(mailbox_buffer_in_use(&table, BASE + MAILBOX_PAGE, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_size),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_window_of_any_size),
        cmocka_unit_test(test_ring_all_or_nothing),
        cmocka_unit_test(test_ring_indices_are_not_believed),
        cmocka_unit_test(test_ring_own_half_overwritten),
        cmocka_unit_test(test_ring_restarts),
        cmocka_unit_test(test_table_ids_take_turns),
        cmocka_unit_test(test_table_full_and_order),
        cmocka_unit_test(test_table_ticks),
        cmocka_unit_test(test_table_forget),
        cmocka_unit_test(test_table_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
