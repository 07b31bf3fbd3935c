/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "boot.h"

#include <platform_gen.h>

#include "boot/measure.h"
#include "console.h"
#include "core.h"
#include "csr.h"

enum { REMIND_WAKEUPS = 16 };       /* one a second */

/* Software interrupt of a hart: what the boot ROM waits for. */
static void let_go(unsigned hart)
{
    mmio_write(CLINT_BASE + 4u * hart, 1);
}

static void let_all_go(void)
{
    core_kept.released = true;
    core_kept.boot_instructions = (uint32_t)csr_read(minstret);
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    let_go(2);
    let_go(0);
}

void boot_release(void)
{
    bool first = !core_kept.released;
    if (first && !boot_measure()) {
        return;
    }
    if (boot_allows_unsigned()) {                   /* also when it was the firmware alone that started again */
        console_puts("security core: development image: unsigned packages are accepted\n");
    }
    if (first) {
        let_all_go();
    }
}

void boot_remind(void)
{
    if (!core_kept.released && core_kept.wakeups % REMIND_WAKEUPS == 0) {
        boot_refusal();
    }
}
