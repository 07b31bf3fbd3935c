/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "version.h"

#include "recovery.h"
#include "storage.h"

uint32_t boot_lowest_version(bool *lost)
{
    uint32_t counter = 0;
    *lost = storage() == NULL || recovery_counter(storage(), &counter) != STORE_OK;
    return counter > BOOT_LOWEST_VERSION ? counter : BOOT_LOWEST_VERSION;
}
