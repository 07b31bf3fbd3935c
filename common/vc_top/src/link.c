/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include <vc_top/link.h>

#include <stddef.h>

/* Between words that one core writes and another reads; and, for the device that rings, between memory and devices. */
static void fence(void)
{
#ifdef __riscv
    __asm__ volatile("fence iorw, iorw" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static size_t at(uint32_t offset)
{
    return offset / sizeof(uint32_t);
}

static size_t entry(uint32_t number)
{
    return at(VC_LINK_ENTRIES) + number % VC_LINK_QUEUE * 2;
}

/* --- driver --- */

bool vc_link_alive(const volatile uint32_t *page)
{
    return page[at(VC_LINK_ALIVE)] == VC_LINK_MAGIC;
}

static uint32_t pending(const volatile uint32_t *page)
{
    return (page[at(VC_INTR_STATE)] ^ page[at(VC_LINK_CLEARED)]) & VC_INTERRUPTS;
}

uint32_t vc_link_read(const volatile uint32_t *page, uint32_t offset)
{
    uint32_t value = offset == VC_INTR_STATE ? pending(page) : page[at(offset)];
    fence();                        /* who has seen an interrupt then sees what it is about */
    return value;
}

static void take_back(volatile uint32_t *page, uint32_t interrupts)
{
    page[at(VC_LINK_CLEARED)] = page[at(VC_LINK_CLEARED)] ^ (pending(page) & interrupts);
    fence();                        /* before anything of the event is read: README.md */
}

bool vc_link_write(volatile uint32_t *page, uint32_t offset, uint32_t value)
{
    if (offset == VC_INTR_STATE) {
        take_back(page, value);
        return true;
    }
    uint32_t written = page[at(VC_LINK_WRITTEN)];
    if (written - page[at(VC_LINK_TAKEN)] >= VC_LINK_QUEUE) {
        return false;
    }
    page[entry(written)] = offset;
    page[entry(written) + 1] = value;
    fence();
    page[at(VC_LINK_WRITTEN)] = written + 1;
    fence();
    return true;
}

bool vc_link_settled(const volatile uint32_t *page)
{
    bool settled = page[at(VC_LINK_TAKEN)] == page[at(VC_LINK_WRITTEN)];
    fence();
    return settled;
}

/* --- core --- */

void vc_core_start(struct vc_core_link *link, volatile uint32_t *page, uint32_t interrupts)
{
    link->page = page;
    link->taken = page[at(VC_LINK_WRITTEN)];
    link->raised = (page[at(VC_LINK_CLEARED)] ^ interrupts) & VC_INTERRUPTS;
    page[at(VC_INTR_STATE)] = link->raised;
    fence();
    page[at(VC_LINK_TAKEN)] = link->taken;
    fence();
    page[at(VC_LINK_ALIVE)] = VC_LINK_MAGIC;
}

bool vc_core_take(struct vc_core_link *link, struct vc_write *write)
{
    uint32_t waiting = link->page[at(VC_LINK_WRITTEN)] - link->taken;
    if (waiting == 0) {
        return false;
    }
    if (waiting > VC_LINK_QUEUE) {  /* no queue of ours could be that long */
        link->taken += waiting;
        link->page[at(VC_LINK_TAKEN)] = link->taken;
        return false;
    }
    fence();
    write->offset = link->page[entry(link->taken)];
    write->value = link->page[entry(link->taken) + 1];
    return true;
}

void vc_core_done(struct vc_core_link *link)
{
    fence();
    link->page[at(VC_LINK_TAKEN)] = ++link->taken;
}

uint32_t vc_core_pending(const struct vc_core_link *link)
{
    return (link->raised ^ link->page[at(VC_LINK_CLEARED)]) & VC_INTERRUPTS;
}

void vc_core_raise(struct vc_core_link *link, uint32_t interrupts)
{
    fence();                        /* what was published comes first, and only then the look at what is pending: README.md */
    link->raised ^= interrupts & VC_INTERRUPTS & ~vc_core_pending(link);
    link->page[at(VC_INTR_STATE)] = link->raised;
    fence();
}

void vc_core_publish(const struct vc_core_link *link, uint32_t offset, uint32_t value)
{
    link->page[at(offset)] = value;
}
