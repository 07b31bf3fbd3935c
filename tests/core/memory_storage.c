/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "../../firmware/security_core/storage.c"
#include "memory.h"

const struct memory memory_of_storage[] = {
    { &store, sizeof store, false },          { &state, sizeof state, false },     { &is_open, sizeof is_open, false },
    { device_key, sizeof device_key, false }, { &unique, sizeof unique, false },   { storage_scratch, sizeof storage_scratch, false },
    { kept_keys, sizeof kept_keys, false },
    { NULL, 0, false },
};
