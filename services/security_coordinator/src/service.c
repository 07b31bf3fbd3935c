/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: SecurityCoordinatorInterface (interfaces/security.idl4) over the store in memory. */

#include "image.h"
#include "keys.h"
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

int security_echo(const uint8_t *data, size_t data_n, uint8_t *reply, size_t *reply_n)
{
    if (data_n > *reply_n) {
        *reply_n = 0;
        return SECURITY_ECHO_FAILED;
    }
    memcpy(reply, data, data_n);
    *reply_n = data_n;
    return SECURITY_SUCCESS;
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

int security_test_mailbox(void)
{
    int error = mailbox_send(0, 0);
    if (error) {
        log_info("test_mailbox: no security core answers (mailbox error %d)", error);
    }
    return error ? SECURITY_TEST_FAILED : SECURITY_SUCCESS;
}

int security_capscan(void)
{
    camkes_capscan();
    return SECURITY_SUCCESS;
}
