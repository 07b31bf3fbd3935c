/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A constant of the build (BOOT_LOWEST_VERSION in build.mk): it moves with the firmware only. A counter that follows the images that were
 * started needs memory that outlives a power-off. */

#include "version.h"

uint32_t boot_lowest_version(void)
{
    return BOOT_LOWEST_VERSION;
}
