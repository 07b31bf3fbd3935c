/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Requests about the security core itself. */

#include <string.h>

#include "../boot/measure.h"
#include "../core.h"
#include "arguments.h"
#include "../test_hooks.h"

uint32_t handle_echo(struct request *request)
{
    test_hook(request);
    if (request->size > request->room) {
        return CORE_SERIALIZE_FAILED;
    }
    request->result = request->size;    /* they are where they have to be */
    return CORE_SUCCESS;
}

/* Changes the first and the last word, if they are what they should be. */
static bool answer_test(volatile uint32_t *words, size_t n)
{
    if (n < 2 || words[0] != CORE_TEST_FIRST || words[n - 1] != CORE_TEST_LAST) {
        return false;
    }
    words[0] = CORE_TEST_FIRST_REPLY;
    words[n - 1] = CORE_TEST_LAST_REPLY;
    return true;
}

uint32_t handle_test_mailbox(struct request *request)
{
    if (request->size % 4 != 0) {
        return CORE_DESERIALIZE_FAILED;
    }
    if (request->size > request->room) {
        return CORE_SERIALIZE_FAILED;
    }
    if (!answer_test((volatile uint32_t *)(void *)request->data, request->size / 4)) {
        return CORE_TEST_FAILED;
    }
    request->result = request->size;
    return CORE_SUCCESS;
}

void dispatch_original(uint8_t *data, size_t size)
{
    (void)answer_test((volatile uint32_t *)(void *)data, size / 4);
}

uint32_t handle_statistics(struct request *request)
{
    const struct core_statistics now = {
        .format = 2,
        .restarts = core_kept.lives - 1,
        .restart_cause = core_kept.restart_cause,
        .restart_pc = core_kept.restart_pc,
        .requests = core_kept.requests,
        .malformed = core_kept.malformed,
        .malformed_last = core_kept.malformed_last,
        .overruns = core_kept.overruns,
        .wakeups = core_kept.wakeups,
        .boot_instructions = core_kept.boot_instructions,
        .ram_bytes = core_ram_bytes(),
        .random_bytes = core_kept.random_bytes,
        .boot_version = boot_measured.version,
        .lowest_version = boot_measured.lowest_version,
        .boot_flags = boot_measured.flags,
    };
    if (request->size != 0) {
        return CORE_DESERIALIZE_FAILED;
    }
    return result_add(request, &now, sizeof now) ? CORE_SUCCESS : CORE_SERIALIZE_FAILED;
}
