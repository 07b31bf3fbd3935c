/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: SecurityCoordinatorInterface (interfaces/security.idl4) over the store in memory; echo and the mailbox's test are the
 * security core's. */

#include "core.h"
#include "image.h"
#include "keys.h"
#include "mailbox_driver.h"
#include "store.h"

#include "camkes.h"
#include <kata/log.h>
#include <string.h>

void post_init(void)
{
    if (!camkes_restarted()) {
        store_init();
        return;
    }
    unsigned given_up = store_recover();
    if (given_up) {
        log_error("restarted: %u packages lost", given_up);
    }
}

static bool reachable(uint32_t error)
{
    if (error >= CORE_UNREACHABLE) {
        log_info("no answer of the security core (mailbox error %u)", (unsigned)(error - CORE_UNREACHABLE));
        return false;
    }
    return true;
}

/* By way of the security core, if there is one. */
int security_echo(const uint8_t *data, size_t data_n, uint8_t *reply, size_t *reply_n)
{
    size_t room = *reply_n;
    *reply_n = 0;
    if (data_n > room || data_n > CORE_ARGUMENTS_MAX) {
        return SECURITY_ECHO_FAILED;
    }
    *reply_n = data_n;
    uint32_t error = core_call(CORE_ECHO, data, data_n, reply, reply_n);
    if (error == CORE_UNREACHABLE + MAILBOX_NO_DEVICE) {
        memmove(reply, data, data_n);
        *reply_n = data_n;
        return SECURITY_SUCCESS;
    }
    return reachable(error) && error == CORE_SUCCESS ? SECURITY_SUCCESS : SECURITY_ECHO_FAILED;
}

/* --- packages --- */

int security_install_begin(uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    int error = store_begin(camkes_sender(), kind, name, model, size, session);
    if (error == SECURITY_INSTALL_FAILED) {
        log_error("%s: the store is full: %u packages", name, (unsigned)STORE_PACKAGES);
    }
    return error;
}

int security_install_data(uint32_t session, const uint8_t *data, size_t data_n)
{
    int error = store_data(camkes_sender(), session, data, data_n);
    if (error == SECURITY_INSTALL_FAILED) {
        log_error("no memory for the image");
    }
    return error;
}

int security_install_end(uint32_t session)
{
    return store_end(camkes_sender(), session);
}

int security_install_abort(uint32_t session)
{
    return store_abort(camkes_sender(), session);
}

int security_uninstall(const char *bundle_id)
{
    return store_uninstall(bundle_id);
}

int security_get_package(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    const char *name = store_bundle(index);
    bundle_id[0] = '\0';
    if (name == NULL) {
        return SECURITY_BUNDLE_NOT_FOUND;
    }
    if (strlen(name) >= bundle_id_cap) {
        return SECURITY_GET_PACKAGES_FAILED;
    }
    memcpy(bundle_id, name, strlen(name) + 1);
    return SECURITY_SUCCESS;
}

int security_size_buffer(const char *bundle_id, uint32_t *size)
{
    const struct package *package = store_find(bundle_id, "");
    *size = package ? package->size : 0;
    return package ? SECURITY_SUCCESS : SECURITY_BUNDLE_NOT_FOUND;
}

int security_get_manifest(const char *bundle_id, char *manifest, size_t manifest_cap)
{
    if (image_manifest(bundle_id, manifest, manifest_cap)) {
        return SECURITY_SUCCESS;
    }
    manifest[0] = '\0';
    return SECURITY_BUNDLE_NOT_FOUND;
}

static int load(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    const struct package *package = store_find(bundle_id, model_id);
    uint32_t room = (uint32_t)*data_n;
    *data_n = 0;
    if (package == NULL) {
        return SECURITY_BUNDLE_NOT_FOUND;
    }
    *data_n = store_read(package, offset, data, length < room ? length : room);
    return SECURITY_SUCCESS;
}

int security_load_application(const char *bundle_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    return load(bundle_id, "", offset, length, data, data_n);
}

int security_load_model(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint8_t *data,
                        size_t *data_n)
{
    if (model_id[0] == '\0') {
        *data_n = 0;
        return SECURITY_BUNDLE_NOT_FOUND;
    }
    return load(bundle_id, model_id, offset, length, data, data_n);
}

/* --- keys --- */

int security_read_key(const char *bundle_id, const char *key, uint8_t *value, size_t *value_n)
{
    return keys_read(bundle_id, key, value, value_n);
}

int security_write_key(const char *bundle_id, const char *key, const uint8_t *value, size_t value_n)
{
    return keys_write(bundle_id, key, value, value_n);
}

int security_delete_key(const char *bundle_id, const char *key)
{
    return keys_delete(bundle_id, key);
}

int security_count_keys(const char *bundle_id, const char *except, uint32_t *count)
{
    return keys_count(bundle_id, except, count);
}

/* --- the rest --- */

/* The original's test in its own format, and as a request. */
int security_test_mailbox(void)
{
    uint32_t *words = (uint32_t *)(void *)core_arguments();
    const uint8_t *results;
    size_t n;
    memset(words, 0, CORE_TEST_WORDS * sizeof *words);
    words[0] = CORE_TEST_FIRST;
    words[CORE_TEST_WORDS - 1] = CORE_TEST_LAST;
    uint32_t error = core_request(CORE_TEST_MAILBOX, CORE_TEST_WORDS * sizeof *words, &results, &n);
    if (!reachable(error) || error != CORE_SUCCESS || n != CORE_TEST_WORDS * sizeof *words) {
        return SECURITY_TEST_FAILED;
    }
    words = (uint32_t *)(uintptr_t)results;
    if (words[0] != CORE_TEST_FIRST_REPLY || words[CORE_TEST_WORDS - 1] != CORE_TEST_LAST_REPLY) {
        return SECURITY_TEST_FAILED;
    }
    return core_test_original() ? SECURITY_SUCCESS : SECURITY_TEST_FAILED;
}

int security_capscan(void)
{
    camkes_capscan();
    return SECURITY_SUCCESS;
}
