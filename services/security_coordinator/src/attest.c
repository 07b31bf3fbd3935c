/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the security core started, and what it says about that. */

#include "core.h"
#include "mailbox_driver.h"
#include "result.h"
#include "security_coordinator.h"

#include "camkes.h"
#include <kata/log.h>
#include <string.h>

/* Where there is no security core, nothing was measured, and there is nothing to be said. */
int security_boot_ok(void)
{
    const uint8_t *results;
    size_t n;
    core_begin(CORE_BOOT_OK);
    uint32_t error = core_send(CORE_WRITE_MS, &results, &n);
    if (error == CORE_SUCCESS || error == CORE_UNREACHABLE + MAILBOX_NO_DEVICE) {
        return SECURITY_SUCCESS;
    }
    int result = result_of(error);
    log_error("what runs is not confirmed: there will be no recovery to it");
    return result;
}

int security_attest(const uint8_t *nonce, size_t nonce_n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *statement,
                    size_t *statement_n)
{
    const uint8_t *results;
    size_t n;
    room = room < *statement_n ? room : (uint32_t)*statement_n;
    *statement_n = 0;
    if (nonce_n < CORE_NONCE_MIN || nonce_n > CORE_NONCE_MAX || claim_n > CORE_CLAIM_MAX) {
        return SECURITY_DESERIALIZE_FAILED;
    }
    core_begin(CORE_ATTEST);
    core_put_u32(room);
    core_put_u32((uint32_t)nonce_n);
    core_put(nonce, nonce_n);
    core_put(claim, claim_n);
    int error = result_of(core_ask(&results, &n));
    if (error == SECURITY_SUCCESS && n > room) {
        error = SECURITY_SERIALIZE_FAILED;
    }
    if (error == SECURITY_SUCCESS) {
        memcpy(statement, results, n);
        *statement_n = n;
    }
    return error;
}
