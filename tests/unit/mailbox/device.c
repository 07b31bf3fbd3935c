/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "device.h"

#include <assert.h>
#include <string.h>

#include "sparrow_mailbox.h"

enum { DEPTH = 8 };

struct fifo {
    uint32_t words[DEPTH];
    unsigned n;
};

static struct {
    struct fifo out, in;            /* as the management core sees them */
    uint32_t state, enable, error, write_threshold, read_threshold;
    unsigned accesses;
} device;

void device_reset(void)
{
    memset(&device, 0, sizeof device);
}

static bool put(struct fifo *fifo, uint32_t word)
{
    if (fifo->n == DEPTH) {
        return false;
    }
    fifo->words[fifo->n++] = word;
    return true;
}

static bool get(struct fifo *fifo, uint32_t *word)
{
    if (fifo->n == 0) {
        return false;
    }
    *word = fifo->words[0];
    memmove(fifo->words, fifo->words + 1, --fifo->n * sizeof *word);
    return true;
}

bool device_interrupt(void)
{
    return (device.state & device.enable) != 0;
}

bool device_peer_get(uint32_t *word)
{
    return get(&device.out, word);
}

bool device_peer_put(uint32_t word)
{
    bool done = put(&device.in, word);
    if (done && device.in.n > device.read_threshold) {
        device.state |= INTR_READ_THRESHOLD;
    }
    return done;
}

unsigned device_sent(void)
{
    return device.out.n;
}

void device_fail(uint32_t error)
{
    device.error |= error;
    device.state |= INTR_ERROR;
}

unsigned device_accesses(void)
{
    unsigned n = device.accesses;
    device.accesses = 0;
    return n;
}

static uint32_t status(void)
{
    return (device.in.n == 0 ? STATUS_EMPTY : 0u) | (device.out.n == DEPTH ? STATUS_FULL : 0u) |
           (device.out.n > device.write_threshold ? STATUS_WRITE_LEVEL : 0u) | (device.in.n > device.read_threshold ? STATUS_READ_LEVEL : 0u);
}

uint32_t mailbox_register_read(unsigned offset)
{
    uint32_t value = 0;
    device.accesses++;
    switch (offset) {
    case MBOX_INTR_STATE:
        return device.state;
    case MBOX_INTR_ENABLE:
        return device.enable;
    case MBOX_MBOXR:
        if (!get(&device.in, &value)) {
            device_fail(ERROR_READ);
        }
        return value;
    case MBOX_STATUS:
        return status();
    case MBOX_ERROR:
        value = device.error;
        device.error = 0;
        return value;
    default:
        assert(!"a register that the driver has no business to read");
        return 0;
    }
}

void mailbox_register_write(unsigned offset, uint32_t value)
{
    device.accesses++;
    switch (offset) {
    case MBOX_INTR_STATE:
        device.state &= ~value;
        break;
    case MBOX_INTR_ENABLE:
        device.enable = value;
        break;
    case MBOX_MBOXW:
        if (!put(&device.out, value)) {
            device_fail(ERROR_WRITE);
        } else if (device.out.n > device.write_threshold) {
            device.state |= INTR_WRITE_THRESHOLD;
        }
        break;
    case MBOX_WIRQT:
        device.write_threshold = value;
        break;
    case MBOX_RIRQT:
        device.read_threshold = value;
        break;
    case MBOX_CTRL:
        device.out.n = value & CTRL_FLUSH_WRITE ? 0 : device.out.n;
        device.in.n = value & CTRL_FLUSH_READ ? 0 : device.in.n;
        break;
    default:
        assert(!"a register that the driver has no business to write");
    }
}
