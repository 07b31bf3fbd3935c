/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <crypto.h>
#include <stdbool.h>
#include <stdint.h>

enum boot_state {
    BOOT_RECOVERED = 0x100,         /* these are the recovery images */
    BOOT_COUNTER_LOST = 0x200,      /* the rollback counter could not be read */
    BOOT_CONFIRMED = 0x400,         /* they are the recovery images from now on, and nothing older is started */
    BOOT_WRITTEN = 0x800,           /* the recovery images were written at this start */
};

/* What the management core was started with. It outlives a restart of the firmware. */
struct boot_measured {
    uint32_t instructions;          /* of measuring; meaningful where instructions are counted */
    uint32_t version;               /* of the images */
    uint32_t flags;                 /* enum boot_flag of their manifest, and enum boot_state */
    uint8_t measurement[CRYPTO_HASH];   /* digest over the signed manifest, and so over every image; zeros: nothing was started */
    uint32_t lowest_version;        /* that would have been started */
    uint32_t saving;                /* instructions of looking for recovery images, and writing them */
};
extern struct boot_measured boot_measured;

/* Looks at the images of the other harts, and puts the recovery images in their place if they are no good. False: they must not run; the console
 * says why. */
bool boot_measure(void);

/* Says it again. */
void boot_refusal(void);

/* What was started works: CORE_BOOT_OK. A core_error. */
uint32_t boot_confirm(void);

/* The images that were started are a development system's, which takes packages without signature. */
bool boot_allows_unsigned(void);
