/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Entropy device behind a virtio-mmio transport (Virtual I/O Device specification 1.1: 2.6 split virtqueues, 4.2 MMIO, 5.4 entropy device). One
 * request is always on its way, so that bytes are there when somebody asks. */

#include "rng.h"

#include <platform_gen.h>
#include <string.h>

#include "core.h"
#include "watchdog.h"

/* Registers of a transport (4.2.2). */
enum {
    MAGIC = 0x00, VERSION = 0x04, DEVICE_ID = 0x08, DRIVER_FEATURES = 0x20, DRIVER_FEATURES_SELECT = 0x24, QUEUE_SELECT = 0x30,
    QUEUE_MAX = 0x34, QUEUE_SIZE = 0x38, QUEUE_READY = 0x44, QUEUE_NOTIFY = 0x50, STATUS = 0x70,
    QUEUE_DESCRIPTORS = 0x80, QUEUE_AVAILABLE = 0x90, QUEUE_USED = 0xa0,
};
enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };
enum { TRANSPORT_SIZE = 0x1000, MAGIC_VIRT = 0x74726976, VERSION_MODERN = 2, DEVICE_ENTROPY = 4, FEATURE_VERSION_1 = 1 /* bit 32 */ };
enum { DESCRIPTOR_WRITE = 2, AVAILABLE_NO_INTERRUPT = 1, ENTRIES = 2 };

static struct {
    _Alignas(16) volatile struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } descriptors[ENTRIES];
    volatile struct {
        uint16_t flags, index, ring[ENTRIES];
    } available;
    _Alignas(4) volatile struct {
        uint16_t flags, index;
        struct {
            uint32_t id, size;
        } ring[ENTRIES];
    } used;
    _Alignas(4) volatile uint8_t bytes[64];
    uintptr_t transport;            /* 0: none */
    uint32_t at, n;                 /* bytes of the last answer that were not used yet */
    uint16_t asked;                 /* answers expected in all */
} rng;

static void in_order(void)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
}

static void set_address(uintptr_t reg, const volatile void *address)
{
    mmio_write(rng.transport + reg, (uint32_t)(uintptr_t)address);
    mmio_write(rng.transport + reg + 4, 0);
}

static void ask(void)
{
    rng.descriptors[0].size = sizeof rng.bytes;
    rng.available.ring[rng.asked % ENTRIES] = 0;
    in_order();
    rng.available.index = ++rng.asked;
    in_order();
    mmio_write(rng.transport + QUEUE_NOTIFY, 0);
}

static bool set_up(uintptr_t transport)
{
    mmio_write(transport + STATUS, 0);
    mmio_write(transport + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    mmio_write(transport + DRIVER_FEATURES_SELECT, 0);
    mmio_write(transport + DRIVER_FEATURES, 0);
    mmio_write(transport + DRIVER_FEATURES_SELECT, 1);
    mmio_write(transport + DRIVER_FEATURES, FEATURE_VERSION_1);
    mmio_write(transport + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    mmio_write(transport + QUEUE_SELECT, 0);
    if (!(mmio_read(transport + STATUS) & STATUS_FEATURES_OK) || mmio_read(transport + QUEUE_MAX) < ENTRIES) {
        return false;
    }
    rng.transport = transport;
    rng.descriptors[0].address = (uintptr_t)rng.bytes;
    rng.descriptors[0].flags = DESCRIPTOR_WRITE;
    rng.available.flags = AVAILABLE_NO_INTERRUPT;
    mmio_write(transport + QUEUE_SIZE, ENTRIES);
    set_address(QUEUE_DESCRIPTORS, rng.descriptors);
    set_address(QUEUE_AVAILABLE, &rng.available);
    set_address(QUEUE_USED, &rng.used);
    mmio_write(transport + QUEUE_READY, 1);
    mmio_write(transport + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
    return true;
}

void rng_init(void)
{
    for (uintptr_t transport = VIRTIO_BASE; transport < VIRTIO_BASE + VIRTIO_SIZE; transport += TRANSPORT_SIZE) {
        if (mmio_read(transport + MAGIC) == MAGIC_VIRT && mmio_read(transport + VERSION) == VERSION_MODERN &&
            mmio_read(transport + DEVICE_ID) == DEVICE_ENTROPY && set_up(transport)) {
            ask();
            return;
        }
    }
}

/* Waits for the answer. How many bytes it has is the device's word: it has no more than was asked for. */
static bool refill(void)
{
    for (unsigned tries = 0; rng.used.index != rng.asked; tries++) {
        if (tries == 1000) {
            return false;
        }
        watchdog_sleep(1);
    }
    in_order();
    uint32_t n = rng.used.ring[(uint16_t)(rng.asked - 1) % ENTRIES].size;
    rng.n = n < sizeof rng.bytes ? n : (uint32_t)sizeof rng.bytes;
    rng.at = 0;
    return rng.n > 0;
}

int platform_random(void *out, size_t n)
{
    uint8_t *bytes = out;
    if (rng.transport == 0) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (rng.at == rng.n && !refill()) {
            return -1;
        }
        bytes[i] = rng.bytes[rng.at];
        rng.bytes[rng.at++] = 0;
        core_kept.random_bytes++;
        if (rng.at == rng.n) {
            rng.at = rng.n = 0;
            ask();
        }
    }
    return 0;
}
