/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Client functions that the composer generates (camkes.h declares them alike) and the tested part of this component
 * calls; tests put their own behind them. */
#include <stddef.h>
#include <stdint.h>

int security_size_buffer(const char *bundle_id, uint32_t *size);
int security_load_application(const char *bundle_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n);
