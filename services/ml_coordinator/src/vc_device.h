/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Accesses to the device: the platform's, or a test's model. */
uint32_t vc_register_read(uint32_t offset);
void vc_register_write(uint32_t offset, uint32_t value);
