/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>

/* Looks for the random number device (virtio-rng, modern) and asks it for its first bytes; does not wait for them. */
void rng_init(void);

/* Fills `out` with n random bytes of the device. 0, or -1: there is no device, or it has not answered for a second. Bytes are used once. May
 * sleep, with the watchdog off. */
int platform_random(void *out, size_t n);
