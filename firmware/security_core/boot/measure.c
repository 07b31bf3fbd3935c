/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The management core's images against their signed manifest, before any of them runs. The other harts sleep in the boot ROM and no device is a
 * bus master: what was hashed stays as it is until it is entered. */

#include "measure.h"

#include <mailbox/request.h>
#include <platform_gen.h>
#include <string.h>
#include <trusted_keys.h>

#include "console.h"
#include "core.h"
#include "csr.h"
#include "recovery.h"
#include "storage.h"
#include "version.h"
#include "watchdog.h"

static const uint8_t keys[][CRYPTO_PUBLIC_KEY] = { TRUSTED_KEYS };
/* Where images may lie. Hart 1's own memory and the mailbox are in none of these. */
static const struct boot_region regions[] = {
    { HART0_BASE, HART0_END - HART0_BASE }, { HART2_BASE, HART2_SIZE }, { BOOT_ROM_BASE, BOOT_ROM_SIZE }, { ARCHIVE_BASE, ARCHIVE_SIZE },
};
static const uint32_t entries[] = { BOOT_ROM_BASE, MONITOR_BASE, HART2_BASE };

KEPT struct boot_measured boot_measured;
static struct boot_manifest manifest;
static enum boot_error verdict, recovery_verdict;
static char refused[BOOT_NAME];        /* what the verdict is about, when it is one image */

const uint8_t *boot_memory(uint32_t base, uint32_t size)
{
    (void)size;
    return (const uint8_t *)(uintptr_t)base;
}

void boot_progress(void)
{
    watchdog_reset();
}

uint8_t *recovery_memory(uint32_t base, uint32_t size)
{
    (void)size;
    return (uint8_t *)(uintptr_t)base;
}

/* The other harts sleep in it. */
bool recovery_is_rom(uint32_t base)
{
    return base >= BOOT_ROM_BASE && base - BOOT_ROM_BASE < BOOT_ROM_SIZE;
}

static void put_number(uint32_t value)
{
    if (value >= 10) {
        put_number(value / 10);
    }
    console_putchar((char)('0' + value % 10));
}

static uint32_t lowest_version(void)
{
    bool lost;
    boot_measured.lowest_version = boot_lowest_version(&lost);
    if (lost) {
        boot_measured.flags |= BOOT_COUNTER_LOST;
        console_puts("security core: the rollback counter cannot be read, versions from ");
        put_number(boot_measured.lowest_version);
        console_puts(" on are started\n");
    }
    return boot_measured.lowest_version;
}

static enum boot_error measure(const struct boot_rules *rules)
{
    memcpy(manifest.bytes, (const void *)(uintptr_t)BOOT_MANIFEST_BASE, sizeof manifest.bytes);
    enum boot_error error = boot_manifest_check(&manifest, rules);
    boot_progress();
    return error == BOOT_OK ? boot_images_check(&manifest) : error;
}

static void put_reason(void)
{
    if (refused[0] != '\0') {
        console_puts(refused);
        console_puts(": ");
    }
    console_puts(boot_error_text(verdict));
}

void boot_refusal(void)
{
    console_puts("security core: not started: ");
    put_reason();
    if (recovery_verdict != BOOT_NO_MANIFEST) {
        console_puts("; the recovery images: ");
        console_puts(boot_error_text(recovery_verdict));
    }
    console_puts("\n");
}

/* Without recovery images it goes on: the next start tries again. */
static void save(void)
{
    bool written = false;
    int error = storage() != NULL ? recovery_save(storage(), &manifest, &written) : STORE_OK;
    boot_measured.flags |= written ? BOOT_WRITTEN : 0u;
    if (error != STORE_OK) {
        console_puts("security core: no recovery images of this version: store error ");
        put_number((uint32_t)-error);
        console_puts("\n");
    }
}

static bool recover(const struct boot_rules *rules)
{
    memcpy(refused, manifest.name, sizeof refused);
    recovery_verdict = storage() != NULL ? recovery_load(storage(), &manifest, rules) : BOOT_NO_MANIFEST;
    if (recovery_verdict != BOOT_OK) {
        boot_refusal();
        return false;
    }
    boot_measured.flags |= BOOT_RECOVERED;
    console_puts("security core: ");
    put_reason();
    console_puts("; starting the recovery images, version ");
    put_number(manifest.version);
    console_puts("\n");
    return true;
}

bool boot_allows_unsigned(void)
{
    return (boot_measured.flags & BOOT_ALLOW_UNSIGNED) != 0;
}

bool boot_measure(void)
{
    const struct boot_rules rules = {
        .regions = regions, .n_regions = sizeof regions / sizeof *regions,
        .entries = entries, .n_entries = sizeof entries / sizeof *entries,
        .keys = keys, .n_keys = sizeof keys / sizeof *keys,
        .lowest_version = lowest_version(),
    };
    uint32_t before = (uint32_t)csr_read(minstret);
    verdict = measure(&rules);
    uint32_t measured = (uint32_t)csr_read(minstret);
    if (verdict == BOOT_OK) {
        save();
    } else if (!recover(&rules)) {
        return false;
    }
    boot_measured.instructions = measured - before;
    boot_measured.saving = (uint32_t)csr_read(minstret) - measured;
    boot_measured.version = manifest.version;
    boot_measured.flags |= manifest.flags;
    memcpy(boot_measured.measurement, manifest.digest, sizeof boot_measured.measurement);
    return true;
}

uint32_t boot_confirm(void)
{
    if (boot_measured.flags & BOOT_CONFIRMED) {
        return CORE_SUCCESS;
    }
    if (storage() == NULL) {
        return storage_state();
    }
    int error = recovery_confirm(storage(), &manifest, boot_measured.version, boot_measured.measurement,
                                 (boot_measured.flags & BOOT_WRITTEN) != 0);
    if (error == STORE_OK) {
        boot_measured.flags = (boot_measured.flags | BOOT_CONFIRMED) & ~(uint32_t)BOOT_COUNTER_LOST;
        boot_measured.lowest_version = boot_measured.version;   /* which was not below it */
    }
    return storage_error(error);
}
