/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * The control block as a page of plain memory that two cores share, where loads and stores have no effects: how interrupts are taken back and how
 * writes take effect. README.md has the protocol, and why nothing is lost. Each word of the page is written by one side only. Both sides read
 * words of the other one as outside input: once, and an index in them is good for the length of the queue at most.
 */
#ifndef VC_TOP_LINK_H
#define VC_TOP_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <vc_top/registers.h>

enum {
    VC_LINK_BYTES = 4096,
    VC_LINK_QUEUE = 128,            /* writes under way at most */
};

/* Beside the registers. The word of VC_INTR_STATE is the core's side of it: `raised`. */
enum vc_link_word {
    VC_LINK_CLEARED = 0x800,        /* driver: the same bits, equal to `raised` where nothing is pending */
    VC_LINK_WRITTEN = 0x804,        /* driver: writes put into the queue since ever */
    VC_LINK_TAKEN = 0x900,          /* core: writes that have taken effect */
    VC_LINK_ALIVE = 0x904,          /* core: VC_LINK_MAGIC while somebody is there */
    VC_LINK_ENTRIES = 0xc00,        /* driver: pairs of offset and value */
};
#define VC_LINK_MAGIC 0x56435431u

struct vc_write {
    uint32_t offset;
    uint32_t value;
};

/* --- the driver's side --- */

bool vc_link_alive(const volatile uint32_t *page);

/* Any register. */
uint32_t vc_link_read(const volatile uint32_t *page, uint32_t offset);

/* Interrupts are taken back at once. Other writes are queued, to take effect in order: the caller rings then. False: the queue is full. */
bool vc_link_write(volatile uint32_t *page, uint32_t offset, uint32_t value);

/* All queued writes have taken effect. */
bool vc_link_settled(const volatile uint32_t *page);

/* --- the core's side --- */

struct vc_core_link {
    volatile uint32_t *page;
    uint32_t taken;
    uint32_t raised;
};

/* What was queued for the last life is dropped. These interrupts, and no others, are pending, before the driver can see that nothing is queued any more. */
void vc_core_start(struct vc_core_link *link, volatile uint32_t *page, uint32_t interrupts);

/* The next write to take effect; false: there is none. When it has, vc_core_done. */
bool vc_core_take(struct vc_core_link *link, struct vc_write *write);
void vc_core_done(struct vc_core_link *link);

/* Makes interrupts pending. Everything published before is seen by whoever sees them. */
void vc_core_raise(struct vc_core_link *link, uint32_t interrupts);
uint32_t vc_core_pending(const struct vc_core_link *link);

void vc_core_publish(const struct vc_core_link *link, uint32_t offset, uint32_t value);

#endif
