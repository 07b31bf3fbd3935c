/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "flash_bus.h"

#include <platform_gen.h>

#include "console.h"
#include "core.h"
#include "flash_cfi.h"
#include "mtime.h"
#include "test_hooks.h"
#include "watchdog.h"

#define TICKS_PER_US (TIMEBASE_HZ / 1000000u)

KEPT struct flash_bus_count flash_bus_count;
static struct flash_cfi chips;
static struct flash counted;

static uint32_t load(void *ctx, uint32_t offset)
{
    (void)ctx;
    return mmio_read(STORE_FLASH_BASE + offset);
}

static void store(void *ctx, uint32_t offset, uint32_t value)
{
    (void)ctx;
    mmio_write(STORE_FLASH_BASE + offset, value);
}

/* Wraps around together with the low half of the ticks, so that differences stay right. */
static uint32_t microseconds(void *ctx)
{
    (void)ctx;
    return (uint32_t)(mtime_ticks() / TICKS_PER_US);
}

static int program(void *ctx, uint32_t addr, const void *buf, size_t n)
{
    watchdog_reset();
    flash_bus_count.programs++;
    flash_bus_count.programmed += (uint32_t)n;
    enum test_cut cut = test_cut();
    if (cut == TEST_CUT_MIDDLE && n >= 8) {
        (void)chips.flash.program(ctx, addr, buf, n / 8 * 4);
    }
    if (cut == TEST_CUT_BEFORE || cut == TEST_CUT_MIDDLE) {
        test_power_off();
    }
    int error = chips.flash.program(ctx, addr, buf, n);
    if (cut == TEST_CUT_AFTER) {
        test_power_off();
    }
    return error;
}

static int erase(void *ctx, uint32_t block)
{
    watchdog_reset();
    flash_bus_count.erases++;
    enum test_cut cut = test_cut();         /* no model of a chip erases a half */
    if (cut == TEST_CUT_BEFORE) {
        test_power_off();
    }
    int error = chips.flash.erase(ctx, block);
    if (cut != TEST_CUT_NONE) {
        test_power_off();
    }
    return error;
}

const struct flash *flash_bus_open(void)
{
    static const struct cfi_bus bus = { .load = load, .store = store, .microseconds = microseconds };
    if (flash_cfi_open(&chips, &bus, STORE_FLASH_SIZE) != FLASH_CFI_OK) {
        console_puts("security core: no flash that it knows, nothing can be stored\n");
        return NULL;
    }
    counted = chips.flash;
    counted.program = program;
    counted.erase = erase;
    return &counted;
}
