/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The list of the kernel's variables (kernel/arch/host/state.c). */
#pragma once

#include <stddef.h>

struct host_variable {
    void *at;
    size_t size;
};
extern const struct host_variable host_variables[];
extern const unsigned host_variable_count;
