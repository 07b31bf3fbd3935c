/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* One parser of outside input. Each target feeds it the bytes and checks what it promises; sanitizers check the rest. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input. */
#define REQUIRE(condition) ((condition) ? (void)0 : abort())
