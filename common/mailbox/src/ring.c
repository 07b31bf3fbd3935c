/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <mailbox/ring.h>

/* Writes before it are seen by the other hart, or the device that is rung next, before those behind it; and the same for reads. */
static void in_order(void)
{
#ifdef __riscv
    __asm__ volatile("fence iorw, iorw" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

void mailbox_ring_start(struct mailbox_ring *ring, void *page, enum mailbox_side side, uint32_t epoch)
{
    char *halves = page;
    struct mailbox_half *first = (struct mailbox_half *)(void *)halves;
    struct mailbox_half *second = (struct mailbox_half *)(void *)(halves + MAILBOX_HALF_BYTES);
    *ring = (struct mailbox_ring){
        .mine = side == MAILBOX_MANAGEMENT ? first : second,
        .theirs = side == MAILBOX_MANAGEMENT ? second : first,
        .epoch = epoch,
        .overruns = ring->overruns,
    };
    ring->mine->epoch = 0;          /* nobody looks at the indices while they change */
    in_order();
    ring->taken = ring->theirs->written;
    ring->mine->seen = 0;
    ring->mine->written = 0;
    ring->mine->taken = ring->taken;
    in_order();
    ring->mine->epoch = epoch;
    in_order();
}

enum mailbox_link mailbox_ring_look(struct mailbox_ring *ring)
{
    uint32_t epoch = ring->theirs->epoch;
    if (epoch == 0) {
        ring->seen = 0;
        return MAILBOX_LINK_DOWN;
    }
    in_order();
    if (epoch != ring->seen) {
        mailbox_ring_flush(ring);
        ring->mine->epoch = ring->epoch;        /* who writes garbage may have written it here, too */
        ring->mine->written = ring->written;
        in_order();
        ring->mine->seen = ring->seen = epoch;
        in_order();
        return MAILBOX_LINK_NEW;
    }
    return ring->theirs->seen == ring->epoch ? MAILBOX_LINK_UP : MAILBOX_LINK_DOWN;
}

void mailbox_ring_flush(struct mailbox_ring *ring)
{
    ring->taken = ring->theirs->written;
    ring->mine->taken = ring->taken;
}

bool mailbox_ring_put(struct mailbox_ring *ring, const uint32_t *words, unsigned n)
{
    uint32_t used = ring->written - ring->theirs->taken;
    if (ring->theirs->seen != ring->epoch || used + n > MAILBOX_FIFO_WORDS || used > MAILBOX_FIFO_WORDS) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        ring->mine->fifo[(ring->written + i) % MAILBOX_FIFO_WORDS] = words[i];
    }
    ring->written += n;
    in_order();
    ring->mine->written = ring->written;
    in_order();
    return true;
}

bool mailbox_ring_get(struct mailbox_ring *ring, uint32_t *word)
{
    uint32_t waiting = ring->theirs->written - ring->taken;
    if (waiting > MAILBOX_FIFO_WORDS) {
        ring->overruns++;
        mailbox_ring_flush(ring);
        return false;
    }
    if (waiting == 0) {
        return false;
    }
    in_order();
    *word = ring->theirs->fifo[ring->taken % MAILBOX_FIFO_WORDS];
    in_order();
    ring->taken++;
    ring->mine->taken = ring->taken;
    return true;
}
