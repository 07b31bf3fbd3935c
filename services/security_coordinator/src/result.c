/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "result.h"

#include "core.h"
#include "mailbox_driver.h"
#include "security_coordinator.h"

#include <bundle/bundle.h>
#include <kata/log.h>

_Static_assert((int)CORE_SERIALIZE_FAILED == (int)SECURITY_SERIALIZE_FAILED && (int)CORE_TEST_FAILED == (int)SECURITY_TEST_FAILED &&
               (int)CORE_NO_RANDOM == (int)SECURITY_NO_RANDOM && (int)CORE_BUNDLE_REFUSED == BUNDLE_ERROR_BASE,
               "the security core's errors are this interface's");

static int unreachable(uint32_t mailbox_error)
{
    if (mailbox_error == MAILBOX_RESTARTED) {
        log_info("the security core has started again");
        return SECURITY_CORE_RESTARTED;
    }
    log_info("no answer of the security core (mailbox error %u)", (unsigned)mailbox_error);
    return SECURITY_NO_CORE;
}

static const char *about_the_flash(uint32_t error)
{
    switch (error) {
    case CORE_STORE_FULL:
        return "the flash is full";
    case CORE_STORE_WORN:
        return "the flash is worn out";
    case CORE_STORE_CORRUPT:
        return "the flash is damaged";
    case CORE_STORE_FAILED:
        return "there is no usable flash";
    case CORE_NO_RANDOM:
        return "there are no random numbers";
    default:
        return NULL;
    }
}

int result_of(uint32_t error)
{
    const char *sentence = about_the_flash(error);
    if (error >= CORE_UNREACHABLE) {
        return unreachable(error - CORE_UNREACHABLE);
    }
    if (sentence) {
        log_error("%s", sentence);
    }
    if (error <= CORE_SERIALIZE_FAILED || (error >= CORE_TEST_FAILED && error <= CORE_NO_RANDOM) ||
        (error > CORE_BUNDLE_REFUSED && error < CORE_BUNDLE_REFUSED + BUNDLE_ERRORS)) {
        return (int)error;
    }
    return SECURITY_UNKNOWN_ERROR;
}
