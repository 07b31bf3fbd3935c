/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <crypto.h>
#include <stdbool.h>
#include <stdint.h>

/* What the management core was started with. It outlives a restart of the firmware. */
struct boot_measured {
    uint32_t instructions;          /* of measuring; meaningful where instructions are counted */
    uint32_t version;               /* of the images */
    uint8_t measurement[CRYPTO_HASH];   /* digest over the signed manifest, and so over every image; zeros: nothing was started */
};
extern struct boot_measured boot_measured;

/* Looks at the images of the other harts. False: they must not run; the console says why. */
bool boot_measure(void);

/* Says it again. */
void boot_refusal(void);
