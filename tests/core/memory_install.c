/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* With the tests' keys. */
#include <trusted_keys.h>
#undef TRUSTED_KEYS
#include "test_keys.h"
#define TRUSTED_KEYS TEST_KEY_1, TEST_KEY_2
#include "../../firmware/security_core/requests/install.c"
#include "memory.h"

const struct memory memory_of_install[] = {
    { sessions, sizeof sessions, false },
    { &last_number, sizeof last_number, true },
    { NULL, 0, false },
};
