/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Arguments that no program would choose: chapters 1.6, 5.1, 7.4 and 3 at their edges.
 */
#include "kit/kit.h"

static word_t seed;

static word_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed * (word_t)0x9e3779b1u;
}

static word_t low_bits(word_t value, word_t bits) { return bits >= WORD_BITS ? value : value & (((word_t)1 << bits) - 1); }

/* ---- 5.1: a model of address resolution, bit string by bit string ---------------------------------------------------------- */

struct level {
    word_t radix, guard_size, guard, next; /* next: slot that holds the next level's CNode */
};

struct outcome {
    word_t error, words, mr[5];
};

static struct outcome mismatch(word_t type, word_t left, word_t found, word_t more)
{
    return (struct outcome){seL4_FailedLookup, type == LOOKUP_GUARD ? 5 : 4, {0, type, left, found, more}};
}

/* The rules of 5.1 for a CNode-style lookup of an index in a chain of levels. */
static struct outcome model(const struct level *at, unsigned levels, word_t index, word_t depth)
{
    if (depth < 1 || depth > WORD_BITS) return (struct outcome){seL4_RangeError, 2, {1, WORD_BITS}};
    for (word_t n = depth;; at++, levels--) {
        if (at->guard_size > n) return mismatch(LOOKUP_GUARD, n, at->guard, at->guard_size);
        word_t rest = low_bits(index, n);
        if (at->guard_size != 0 && rest >> (n - at->guard_size) != at->guard) return mismatch(LOOKUP_GUARD, n, at->guard, at->guard_size);
        if (at->guard_size + at->radix > n) return mismatch(LOOKUP_DEPTH, n, at->guard_size + at->radix, 0);
        n -= at->guard_size + at->radix;
        word_t slot = low_bits(low_bits(rest, n + at->radix) >> n, at->radix);
        if (n == 0) return (struct outcome){0};
        if (levels == 1 || slot != at->next) return mismatch(LOOKUP_DEPTH, n, 0, 0);
    }
}

static void expect_like_model(word_t root, const struct level *levels, unsigned count, word_t index, word_t depth)
{
    struct outcome o = model(levels, count, index, depth);
    /* Revoke of what has no children has no effect, so every address may be tried. */
    check_reply(__FILE__, __LINE__, "revoke", invoke(root, CNodeRevoke, NONE, LIST(index, depth)), o.error,
                (struct list){(unsigned)o.words, o.mr});
}

/* The index that leads to slot `last` of the innermost level, and how many bits it has. */
static word_t good_index(const struct level *levels, unsigned count, word_t last, word_t *depth)
{
    word_t index = 0;
    *depth = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct level *at = &levels[i];
        index = (at->guard_size < WORD_BITS ? index << at->guard_size : 0) | at->guard;
        index = index << at->radix | (i + 1 < count ? at->next : low_bits(last, at->radix));
        *depth += at->guard_size + at->radix;
    }
    return index;
}

#define LEVELS 3u

/* The data word's field for guards is narrower on riscv32 (1.4). */
static void choose(struct level *at)
{
    word_t most = IS_64BIT ? 24 : 12;
    at->radix = 1 + random_word() % 4;
    at->guard_size = random_word() % 4 == 0 ? 0 : random_word() % most;
    at->guard = low_bits(random_word() >> 7, at->guard_size < 18 ? at->guard_size : 18);
    at->next = random_word() % ((word_t)1 << at->radix);
}

/* CNodes in each other; the capability to the outermost, whose guard is set. */
static word_t build(struct level *levels)
{
    word_t inner = 0;
    for (unsigned i = LEVELS; i-- > 0;) {
        choose(&levels[i]);
        word_t cnode = cnode_new(levels[i].radix);
        if (inner != 0)
            EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(levels[i].next, levels[i].radix, inner, WORD_BITS, ALL_RIGHTS)));
        inner = mint_new(cnode, ALL_RIGHTS, cnode_data(levels[i].guard, levels[i].guard_size));
    }
    return inner;
}

static void try_addresses(word_t root, const struct level *levels)
{
    word_t depth, index = good_index(levels, LEVELS, random_word(), &depth);
    for (word_t d = 0; d <= WORD_BITS + 1; d++) {
        word_t shifted = d >= depth ? (d - depth < WORD_BITS ? index << (d - depth) : 0) : index >> (depth - d < WORD_BITS ? depth - d : 0);
        expect_like_model(root, levels, LEVELS, shifted, d);
        expect_like_model(root, levels, LEVELS, shifted | ~low_bits(WORD_MAX, d < WORD_BITS ? d : WORD_BITS), d);
        expect_like_model(root, levels, LEVELS, shifted ^ (word_t)1 << random_word() % WORD_BITS, d);
        expect_like_model(root, levels, LEVELS, random_word(), d);
    }
    expect_like_model(root, levels, LEVELS, index, 256 + WORD_BITS);
    expect_like_model(root, levels, LEVELS, index, WORD_MAX);
}

TEST(hostile, every_address_resolves_as_the_rules_say)
{
    struct level levels[LEVELS];
    seed = 2463534242u;
    for (unsigned i = 0; i < 12; i++) try_addresses(build(levels), levels);
}

/* The largest guards there are: a CNode that uses up the whole word, and one that would use more. */
TEST(hostile, guards_of_every_size)
{
    word_t cnode = cnode_new(4), slot = slot_new();
    for (word_t size = 0; size < (IS_64BIT ? 64u : 32u); size++) {
        struct level at = {4, size, size < 18 ? low_bits(WORD_MAX, size) : low_bits(0x2a5a5, size), 0};
        if (size + 4 > WORD_BITS) {
            EXPECT_IO(cnode_mint(slot, cnode, ALL_RIGHTS, cnode_data(0, size)));
            continue;
        }
        EXPECT_OK(cnode_mint(slot, cnode, ALL_RIGHTS, cnode_data(at.guard, size)));
        for (word_t d = 0; d <= WORD_BITS; d++) {
            expect_like_model(slot, &at, 1, at.guard << 4 | 9, d);
            expect_like_model(slot, &at, 1, WORD_MAX, d);
            expect_like_model(slot, &at, 1, 0, d);
        }
        EXPECT_OK(cnode_delete(slot));
    }
}

/* ---- 1.6: buffers at the ends of frames ----------------------------------------------------------------------------------- */

#define BUFFER_SIZE ((word_t)1 << seL4_IPCBufferSizeBits)

/* 120 words and a capability out of one and into another buffer that each are the last or the first of their frames. */
static void exchange(word_t sent_from, word_t received_in)
{
    word_t ep = endpoint_new(), frame = frame_new(), slot = slot_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 0));
    struct thread *t = thread_for_syscall(SYS_SEND, mint_new(ep, ALL_RIGHTS, 7), INFO(3, 2, 120), 0, 0, 0);
    seL4_IPCBuffer *out = (seL4_IPCBuffer *)(TEST_VADDR + sent_from), *in = (seL4_IPCBuffer *)(TEST_VADDR + received_in);
    for (word_t i = 0; i < PAGE_SIZE / sizeof(word_t); i++) ((word_t *)TEST_VADDR)[i] = 0xeee00 + i;
    for (unsigned i = 0; i < 120; i++) out->msg[i] = i + 1;
    out->caps_or_badges[0] = ep;
    out->caps_or_badges[1] = ROOT_TCB;
    in->receiveCNode = ROOT_CNODE;
    in->receiveIndex = slot;
    in->receiveDepth = WORD_BITS;
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, (word_t)out, frame));
    struct thread *r = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(r->tcb, (word_t)in, frame));
    thread_start(r);
    thread_start(t);
    EXPECT_EQ(r->seen[1], 7);
    EXPECT_EQ(r->seen[2], INFO(3, 2, 120) | 1 << 9);
    for (unsigned i = 4; i < 120; i++) EXPECT_EQ(in->msg[i], i + 1);
    EXPECT(!slot_is_empty(slot));
    word_t first = (sent_from < received_in ? sent_from : received_in) / sizeof(word_t);
    for (word_t i = 0; i < first; i++) EXPECT_EQ(((word_t *)TEST_VADDR)[i], 0xeee00 + i); /* nothing beside them */
    EXPECT_OK(page_unmap(frame));
}

TEST(hostile, buffers_at_the_ends_of_a_frame)
{
    exchange(PAGE_SIZE - BUFFER_SIZE, PAGE_SIZE - 2 * BUFFER_SIZE);
    exchange(0, PAGE_SIZE - BUFFER_SIZE);
}

/* One buffer for both: what is unwrapped does not become the next capability's address. */
TEST(hostile, sender_and_receiver_share_a_buffer)
{
    word_t ep = endpoint_new(), slot = slot_new();
    struct thread *r = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    struct thread *t = thread_for_syscall(SYS_SEND, ep, INFO(3, 2, 6), 0, 0, mint_new(ep, ALL_RIGHTS, 5));
    t->buffer->caps_or_badges[1] = ROOT_TCB;
    t->buffer->receiveCNode = ROOT_CNODE;
    t->buffer->receiveIndex = slot;
    t->buffer->receiveDepth = WORD_BITS;
    EXPECT_OK(tcb_set_ipc_buffer(r->tcb, (word_t)t->buffer, t->buffer_frame));
    thread_start(r);
    thread_start(t);
    EXPECT_EQ(r->seen[2], INFO(3, 2, 6) | 1 << 9);
    EXPECT_EQ(t->buffer->caps_or_badges[0], 5);
    EXPECT(!slot_is_empty(slot));
}

/* ---- 7.4: capabilities that travel to where they are ----------------------------------------------------------------------- */

static struct thread *receiver_into(word_t ep, word_t own_reply, word_t cnode, word_t index, word_t depth)
{
    struct thread *r = thread_for_syscall(SYS_RECV, ep, 0, own_reply, 0, 0);
    r->buffer->receiveCNode = cnode;
    r->buffer->receiveIndex = index;
    r->buffer->receiveDepth = depth;
    thread_start(r);
    return r;
}

TEST(hostile, a_capability_does_not_travel_into_its_own_slot)
{
    word_t ep = endpoint_new(), n = notification_new();
    struct thread *r = receiver_into(ep, reply_new(), ROOT_CNODE, n, WORD_BITS);
    self()->buffer->caps_or_badges[0] = n;
    ipc_send(ep, INFO(1, 1, 0), NONE);
    EXPECT_EQ(r->seen[2], INFO(1, 0, 0));
    ipc_signal(n);
    EXPECT_EQ(ipc_poll(n), 0);
}

TEST(hostile, a_cnode_travels_into_itself_and_goes_with_its_last_capability)
{
    word_t ep = endpoint_new(), cnode = cnode_new(2), object = endpoint_new();
    struct thread *r = receiver_into(ep, reply_new(), cnode, 3, 2);
    self()->buffer->caps_or_badges[0] = cnode;
    ipc_send(ep, INFO(1, 1, 0), NONE);
    EXPECT_EQ(r->seen[2], INFO(1, 1, 0));
    EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(2, 2, object, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(cnode_delete(cnode)); /* what is left is the copy inside: reachable by nobody until the memory goes */
    EXPECT_OK(cnode_delete(object));
}

TEST(hostile, a_reply_object_travels_with_its_own_reply)
{
    word_t ep = endpoint_new(), reply = reply_new(), slot = slot_new();
    struct thread *c = thread_for_syscall(SYS_CALL, ep, INFO(1, 0, 0), 0, 0, 0);
    c->buffer->receiveCNode = ROOT_CNODE;
    c->buffer->receiveIndex = slot;
    c->buffer->receiveDepth = WORD_BITS;
    thread_start(c);
    ipc_recv(ep, reply);
    self()->buffer->caps_or_badges[0] = reply;
    ipc_send(reply, INFO(2, 1, 0), NONE);
    EXPECT_EQ(c->seen[2], INFO(2, 1, 0));
    EXPECT(!slot_is_empty(slot));
    EXPECT_EQ(ipc_nbrecv(ep, slot), 0); /* free: it can be used again */
}

/* ---- chapter 3: the largest of everything ------------------------------------------------------------------------------------ */

TEST(hostile, arguments_of_all_ones)
{
    word_t ones = WORD_MAX, ut = untyped_new(12), tcb = tcb_new(), frame = frame_new(), sc = sc_new(), slot = slot_new();
    EXPECT_IA(untyped_retype(ut, ones, ones, ROOT_CNODE, ones, ones, ones, ones), 0);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, ones, ROOT_CNODE, ones, ones, ones, ones), 0, seL4_MaxUntypedBits);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, ones, ones, ones, ones), 1, WORD_BITS);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, ones, 0, ones, ones), 0,
              ((word_t)1 << boot_info->initThreadCNodeSizeBits) - 1);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, ones, 0, slot, ones), 1, 256);
    EXPECT_RE(tcb_read_registers(tcb, ones, ones), 1, 32);
    EXPECT_TM(tcb_write_registers(tcb, ones, ones, LIST(1, 2)));
    EXPECT_RE(tcb_set_priority(tcb, ROOT_TCB, ones), 0, 255);
    EXPECT_RE(tcb_set_mcp(tcb, ROOT_TCB, 256), 0, 255);
    EXPECT_RE(tcb_set_sched_params(tcb, ROOT_TCB, 255, ones, 0, 0), 0, 255);
    EXPECT_AE(tcb_set_ipc_buffer(tcb, ones, frame));
    EXPECT_OK(tcb_set_ipc_buffer(tcb, ones - BUFFER_SIZE + 1, frame)); /* the frame counts, not the address */
    EXPECT_IC(tcb_set_timeout_endpoint(tcb, tcb), 1);
    EXPECT_AE(page_map(frame, ROOT_VSPACE, ones, ones, ones));
    EXPECT_IA(page_map(frame, ROOT_VSPACE, ones - PAGE_SIZE + 1, ones, ones), 0);
    EXPECT_IA(table_map(table_new(), ROOT_VSPACE, ones), 0);
    EXPECT_RE(irq_get(ones, slot), 1, 96);
    EXPECT_IA(invoke(seL4_CapDomain, DomainSetSet, LIST(tcb), LIST(ones)), 0);
    EXPECT_RE(invoke(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(ones)), 0, CONFIG_NUM_DOMAIN_SCHEDULES - 1);
    EXPECT_RE(sc_configure(sc, UINT64_MAX, UINT64_MAX, ones, ones, ones), MIN_US, (word_t)MAX_US);
    EXPECT_RE(sc_configure(sc, 1000, 1000, ones, ones, ones), 0, IS_64BIT ? 8 : 10);
    EXPECT(slot_is_empty(slot));
}

/* A label with all bits set, every number of extra capabilities, the longest length: nothing of it is an operation. */
TEST(hostile, info_words_of_all_ones)
{
    word_t caps[] = {ROOT_CNODE, ROOT_VSPACE, seL4_CapIRQControl, seL4_CapASIDControl, seL4_CapInitThreadASIDPool, seL4_CapDomain,
                     SCHED_CONTROL, untyped_new(12), tcb_new(), frame_new(), table_new(), sc_new(), slot_new()};
    for (unsigned i = 0; i < ARRAY_LENGTH(caps); i++) {
        for (unsigned k = 0; k < 3; k++) self()->buffer->caps_or_badges[k] = ROOT_TCB;
        word_t error = ipc_call(caps[i], WORD_MAX, LIST(WORD_MAX, WORD_MAX, WORD_MAX, WORD_MAX));
        EXPECT_EQ(error, i + 1 < ARRAY_LENGTH(caps) ? seL4_IllegalOperation : seL4_InvalidCapability);
        ipc_send(caps[i], WORD_MAX, NONE);
        ipc_nbsend(caps[i], WORD_MAX, NONE);
    }
}
