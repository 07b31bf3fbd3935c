/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: SecurityCoordinatorInterface (interfaces/security.idl4). The packages and keys are the security core's; what is kept here
 * is only which client has which installation, and pieces of values on their way. */

#include "core.h"
#include "keys.h"
#include "manifest.h"
#include "packages.h"
#include "result.h"
#include "security_coordinator.h"
#include "sessions.h"

#include "camkes.h"
#include <string.h>

void post_init(void)
{
    if (camkes_restarted()) {
        sessions_recover();
    }
}

/* By way of the security core. */
int security_echo(const uint8_t *data, size_t data_n, uint8_t *reply, size_t *reply_n)
{
    size_t room = *reply_n;
    *reply_n = 0;
    if (data_n > room || data_n > CORE_ECHO_MAX) {
        return SECURITY_ECHO_FAILED;
    }
    *reply_n = data_n;
    uint32_t error = core_call(CORE_ECHO, data, data_n, reply, reply_n);
    return result_of(error) == SECURITY_SUCCESS ? SECURITY_SUCCESS : SECURITY_ECHO_FAILED;
}

/* --- packages --- */

int security_install_begin(uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    return session_begin((unsigned)camkes_sender(), kind, name, model, size, session);
}

int security_install_data(uint32_t session, const uint8_t *data, size_t data_n)
{
    return session_data((unsigned)camkes_sender(), session, data, data_n);
}

int security_install_end(uint32_t session)
{
    return session_end((unsigned)camkes_sender(), session);
}

int security_install_abort(uint32_t session)
{
    return session_abort((unsigned)camkes_sender(), session);
}

int security_uninstall(const char *bundle_id)
{
    return package_uninstall(bundle_id);
}

int security_get_package(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    return package_name(index, bundle_id, bundle_id_cap);
}

int security_size_buffer(const char *bundle_id, uint32_t *size)
{
    return package_size(bundle_id, size);
}

int security_get_manifest(const char *bundle_id, char *manifest, size_t manifest_cap)
{
    return manifest_of(bundle_id, manifest, manifest_cap);
}

int security_load_application(const char *bundle_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    return package_load(bundle_id, "", offset, length, data, data_n);
}

int security_model_size(const char *bundle_id, const char *model_id, uint32_t *size)
{
    return package_model_size(bundle_id, model_id, size);
}

int security_load_model(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint8_t *data,
                        size_t *data_n)
{
    if (model_id[0] == '\0') {
        *data_n = 0;
        return SECURITY_BUNDLE_NOT_FOUND;
    }
    return package_load(bundle_id, model_id, offset, length, data, data_n);
}

int security_flash_state(uint8_t *figures, size_t *figures_n)
{
    return package_flash(figures, figures_n);
}

/* --- keys --- */

int security_read_key(const char *bundle_id, const char *key, uint32_t offset, uint32_t length, uint32_t *size, uint8_t *value, size_t *value_n)
{
    *value_n = *value_n < length ? *value_n : length;
    return key_read((unsigned)camkes_sender(), bundle_id, key, offset, size, value, value_n);
}

int security_write_key(const char *bundle_id, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t value_n)
{
    return key_write((unsigned)camkes_sender(), bundle_id, key, size, offset, value, value_n);
}

int security_delete_key(const char *bundle_id, const char *key)
{
    return key_delete(bundle_id, key);
}

int security_next_key(const char *bundle_id, const char *after, char *key, size_t key_cap, uint32_t *size)
{
    return key_next(bundle_id, after, key, key_cap, size);
}

int security_count_keys(const char *bundle_id, const char *except, uint32_t *count)
{
    return key_count(bundle_id, except, count);
}

/* --- the rest --- */

static bool test_by_request(void)
{
    uint32_t words[CORE_TEST_WORDS] = { 0 };
    const uint8_t *results;
    size_t n;
    words[0] = CORE_TEST_FIRST;
    words[CORE_TEST_WORDS - 1] = CORE_TEST_LAST;
    core_begin(CORE_TEST_MAILBOX);
    core_put(words, sizeof words);
    if (result_of(core_send(CORE_TIMEOUT_MS, &results, &n)) != SECURITY_SUCCESS || n != sizeof words) {
        return false;
    }
    memcpy(words, results, sizeof words);
    return words[0] == CORE_TEST_FIRST_REPLY && words[CORE_TEST_WORDS - 1] == CORE_TEST_LAST_REPLY;
}

/* The original's test in its own format, and as a request. */
int security_test_mailbox(void)
{
    return test_by_request() && core_test_original() ? SECURITY_SUCCESS : SECURITY_TEST_FAILED;
}

int security_capscan(void)
{
    camkes_capscan();
    return SECURITY_SUCCESS;
}
