/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "dispatch.h"

static const struct {
    uint32_t number;
    request_handler *handler;
} table[] = {
    { CORE_ECHO, handle_echo },
    { CORE_TEST_MAILBOX, handle_test_mailbox },
    { CORE_STATISTICS, handle_statistics },
};

uint32_t dispatch(uint32_t number, struct request *request)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].number == number) {
            return table[i].handler(request);
        }
    }
    return CORE_NOT_SUPPORTED;
}
