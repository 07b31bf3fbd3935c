/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The chip's control block: state and enables, the three modes of CTRL, the windows, a memory clear that takes until the next core_work(). */

#include "core.h"

#include <assert.h>
#include <string.h>

#include "vc_device.h"

_Alignas(4096) uint8_t core_tcm[CORE_TCM];
static uint32_t words[0x800 / 4];
static bool clearing;
static unsigned jobs;

static uint32_t *word(uint32_t offset)
{
    assert(offset % 4 == 0 && offset < sizeof words);
    return &words[offset / 4];
}

void core_reset(void)
{
    memset(words, 0, sizeof words);
    memset(core_tcm, 0xa5, sizeof core_tcm);
    *word(VC_CTRL) = VC_FREEZE | VC_RESET;
    clearing = false;
    jobs = 0;
}

static void write_ctrl(uint32_t value)
{
    jobs += (*word(VC_CTRL) & VC_RESET) && !(value & VC_RESET);
    *word(VC_CTRL) = value;
}

static void clear(uint32_t value)
{
    uint32_t start = *word(VC_INIT_START) / VC_PAGE * VC_PAGE, end = ((value & VC_INIT_ADDRESS) + VC_PAGE - 1) / VC_PAGE * VC_PAGE;
    assert(start < end && end <= CORE_TCM);
    memset(core_tcm + start, 0, end - start);
    clearing = true;
}

uint32_t vc_register_read(uint32_t offset)
{
    return offset == VC_INIT_STATUS ? (uint32_t)(clearing ? VC_INIT_PENDING : VC_INIT_DONE) : *word(offset);
}

void vc_register_write(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case VC_INTR_STATE:
        *word(offset) &= ~value;
        break;
    case VC_CTRL:
        write_ctrl(value);
        break;
    case VC_INIT_END:
        if (value & VC_INIT_VALID) {
            clear(value);
        }
        break;
    default:
        *word(offset) = value;
    }
}

bool core_work(void)
{
    clearing = false;
    return *word(VC_INTR_STATE) & *word(VC_INTR_ENABLE);
}

bool core_runs(void)
{
    return !(*word(VC_CTRL) & (VC_FREEZE | VC_RESET));
}

void core_window(unsigned i, uint32_t *offset, uint32_t *size, uint32_t *rights)
{
    uint32_t base = VC_WINDOWS + i * VC_WINDOW_BYTES;
    *offset = *word(base);
    *rights = *word(base + VC_WINDOW_PERMISSIONS);
    *size = *rights ? *word(base + VC_WINDOW_LIMIT) + 1 : 0;
}

unsigned core_jobs(void)
{
    return jobs;
}

static void end(uint32_t interrupt, uint32_t mode)
{
    *word(VC_CTRL) |= mode;
    *word(VC_INTR_STATE) |= interrupt;
}

void core_finishes(void)
{
    end(VC_FINISH, VC_FREEZE | VC_RESET);
}

void core_faults(bool data, uint32_t cause, uint32_t pc, uint32_t address)
{
    (void)cause;
    (void)pc;
    (void)address;
    end(data ? VC_DATA_FAULT : VC_INSTRUCTION_FAULT, VC_FREEZE | VC_RESET);
}

void core_requests(void)
{
    end(VC_HOST_REQUEST, VC_FREEZE);
}

bool core_knows_causes(void)
{
    return false;
}

void core_restarts(void)
{
}
