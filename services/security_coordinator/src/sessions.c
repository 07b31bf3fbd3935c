/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "sessions.h"

#include "core.h"
#include "result.h"
#include "security_coordinator.h"

#include "camkes.h"
#include <bundle/bundle.h>

enum { NONE = 0 };      /* is no session of the security core */

/* The security core's session of each client. */
static uint32_t sessions[security_CLIENTS];

static uint32_t abort_at_core(uint32_t session)
{
    uint8_t results;
    size_t none = 0;
    return core_call(CORE_INSTALL_ABORT, &session, sizeof session, &results, &none);
}

void sessions_recover(void)
{
    (void)abort_at_core(NONE);      /* all of them */
}

static void drop(unsigned client)
{
    if (sessions[client] != NONE) {
        (void)abort_at_core(sessions[client]);
        sessions[client] = NONE;
    }
}

static bool any_open(void)
{
    for (unsigned i = 0; i < security_CLIENTS; i++) {
        if (sessions[i] != NONE) {
            return true;
        }
    }
    return false;
}

static uint32_t open_at_core(uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    const uint8_t *results;
    size_t n;
    core_begin(kind == SECURITY_MODEL ? CORE_INSTALL_MODEL : CORE_INSTALL_APP);
    core_put_u32(size);
    core_put_name(name);
    if (kind == SECURITY_MODEL) {
        core_put_name(model);
    }
    uint32_t error = core_send(CORE_WRITE_MS, &results, &n);
    *session = error == CORE_SUCCESS ? core_get_u32(&results, &n) : NONE;
    return error;
}

int session_begin(unsigned client, uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    *session = NONE;
    if (kind != SECURITY_MODEL && (kind != SECURITY_APPLICATION || model[0] != '\0')) {
        return SECURITY_BUNDLE_ID_INVALID;
    }
    if (size == 0) {
        return BUNDLE_ERROR_BASE + BUNDLE_EMPTY;
    }
    drop(client);
    uint32_t error = open_at_core(kind, name, model, size, session);
    /* The answer to an earlier begin may have been lost: then nobody here knows of that session. */
    if (error == CORE_BUSY && !any_open()) {
        (void)abort_at_core(NONE);
        error = open_at_core(kind, name, model, size, session);
    }
    sessions[client] = *session;
    return result_of(error);
}

static bool owns(unsigned client, uint32_t session)
{
    return session != NONE && sessions[client] == session;
}

/* The session was there: if the security core does not know it any more, that has started again. */
static int over(unsigned client, uint32_t error)
{
    sessions[client] = NONE;
    return error == CORE_NO_SESSION ? SECURITY_CORE_RESTARTED : result_of(error);
}

int session_data(unsigned client, uint32_t session, const uint8_t *data, size_t n)
{
    const uint8_t *results;
    size_t results_n;
    if (!owns(client, session)) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    core_begin(CORE_INSTALL_DATA);
    core_put_u32(session);
    core_put(data, n);
    uint32_t error = core_send(CORE_WRITE_MS, &results, &results_n);
    return error == CORE_SUCCESS ? SECURITY_SUCCESS : over(client, error);
}

int session_end(unsigned client, uint32_t session)
{
    const uint8_t *results;
    size_t n;
    if (!owns(client, session)) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    core_begin(CORE_INSTALL_END);
    core_put_u32(session);
    return over(client, core_send(CORE_WRITE_MS, &results, &n));
}

int session_abort(unsigned client, uint32_t session)
{
    if (!owns(client, session)) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    uint32_t error = abort_at_core(session);
    return over(client, error == CORE_NO_SESSION ? CORE_SUCCESS : error);
}
