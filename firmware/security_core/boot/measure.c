/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The management core's images against their signed manifest, before any of them runs. The other harts sleep in the boot ROM and no device is a
 * bus master: what was hashed stays as it is until it is entered. */

#include "measure.h"

#include <platform_gen.h>
#include <string.h>
#include <trusted_keys.h>

#include "console.h"
#include "core.h"
#include "csr.h"
#include "manifest.h"
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
static enum boot_error verdict;

const uint8_t *boot_memory(uint32_t base, uint32_t size)
{
    (void)size;
    return (const uint8_t *)(uintptr_t)base;
}

void boot_progress(void)
{
    watchdog_reset();
}

static enum boot_error measure(void)
{
    const struct boot_rules rules = {
        .regions = regions, .n_regions = sizeof regions / sizeof *regions,
        .entries = entries, .n_entries = sizeof entries / sizeof *entries,
        .keys = keys, .n_keys = sizeof keys / sizeof *keys,
        .lowest_version = boot_lowest_version(),
    };
    memcpy(manifest.bytes, (const void *)(uintptr_t)BOOT_MANIFEST_BASE, sizeof manifest.bytes);
    enum boot_error error = boot_manifest_check(&manifest, &rules);
    boot_progress();
    return error == BOOT_OK ? boot_images_check(&manifest) : error;
}

void boot_refusal(void)
{
    console_puts("security core: not started: ");
    if (manifest.name[0] != '\0') {
        console_puts(manifest.name);
        console_puts(": ");
    }
    console_puts(boot_error_text(verdict));
    console_puts("\n");
}

bool boot_measure(void)
{
    uint32_t before = (uint32_t)csr_read(minstret);
    verdict = measure();
    boot_measured.instructions = (uint32_t)csr_read(minstret) - before;
    if (verdict != BOOT_OK) {
        boot_refusal();
        return false;
    }
    boot_measured.version = manifest.version;
    memcpy(boot_measured.measurement, manifest.digest, sizeof boot_measured.measurement);
    return true;
}
