/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The loop of the security core: sleeps until somebody rings, and serves one message after the other. Interrupts are looked for between two
 * pieces of work; the watchdog alone interrupts. */

#include <mailbox/message.h>
#include <mailbox/request.h>
#include <platform_gen.h>
#include <string.h>

#include "boot.h"
#include "console.h"
#include "core.h"
#include "csr.h"
#include "doorbell.h"
#include "flash_bus.h"
#include "pmp.h"
#include "rng.h"
#include "server.h"
#include "storage.h"
#include "watchdog.h"

enum { FAILURES_IN_A_ROW = 3, PAUSE_MS = 1000 };

KEPT struct core_kept core_kept;
extern char core_end[];

_Noreturn void core_main(void);
_Noreturn void core_trap(void);
_Noreturn void core_start_again(void);

uint32_t core_ram_bytes(void)
{
    return (uint32_t)((uintptr_t)core_end - HART1_BASE);
}

uint8_t *server_buffer(uint32_t address, uint32_t size)
{
    (void)size;
    return (uint8_t *)(uintptr_t)address;
}

void server_ring(void)
{
    doorbell_ring();
}

static void mailbox_start(void)
{
    static const struct mailbox_window window = { MAILBOX_BASE + MAILBOX_PAGE, MAILBOX_SIZE - MAILBOX_PAGE };
    if (core_kept.lives == 1) {
        memset((void *)(uintptr_t)MAILBOX_BASE, 0, MAILBOX_SIZE);   /* the machine's device tree lies there */
    }
    if (doorbell_init()) {
        server_start((void *)(uintptr_t)MAILBOX_BASE, &window, core_kept.lives);
    } else {
        memset((void *)(uintptr_t)MAILBOX_BASE, 0, MAILBOX_PAGE);   /* nobody is there: the other side can tell */
        console_puts("security core: no doorbells (two edu devices), no mailbox\n");
    }
}

static void store_start(void)
{
    const struct flash *flash = flash_bus_open();
    uint32_t before = (uint32_t)csr_read(minstret);
    if (flash != NULL && storage_start(flash) != CORE_SUCCESS) {
        console_puts("security core: the store cannot be used\n");
    }
    core_kept.store_instructions = (uint32_t)csr_read(minstret) - before;
}

/* Messages first; the store's upkeep in pieces in between. */
static void work(void)
{
    do {
        while (server_step()) {
            watchdog_reset();
        }
    } while (storage_idle());
}

_Noreturn void core_main(void)
{
    core_kept.lives++;
    pmp_lock();
    watchdog_reset();
    rng_init();
    store_start();
    mailbox_start();
    boot_release();
    for (;;) {
        work();
        watchdog_sleep(WATCHDOG_SLEEP_MS);
        doorbell_answer();
        core_kept.wakeups++;
        boot_remind();
    }
}

/* The watchdog, or a fault of the firmware. One that fails at once each time must not keep the machine busy. */
_Noreturn void core_trap(void)
{
    core_kept.restart_cause = (uint32_t)csr_read(mcause);
    core_kept.restart_pc = (uint32_t)csr_read(mepc);
    if (++core_kept.failures > FAILURES_IN_A_ROW) {
        watchdog_pause(PAUSE_MS);
    }
    core_start_again();
}
