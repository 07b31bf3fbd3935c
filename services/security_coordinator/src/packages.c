/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "packages.h"

#include "core.h"
#include "result.h"
#include "security_coordinator.h"

#include <string.h>

int package_uninstall(const char *name)
{
    const uint8_t *results;
    size_t n;
    core_begin(CORE_UNINSTALL);
    core_put_name(name);
    return result_of(core_send(CORE_WRITE_MS, &results, &n));
}

int package_name(uint32_t index, char *name, size_t cap)
{
    const uint8_t *results;
    size_t n;
    name[0] = '\0';
    core_begin(CORE_GET_PACKAGES);
    core_put_u32(index);
    int error = result_of(core_ask(&results, &n));
    if (error == SECURITY_SUCCESS && !core_get_name(&results, &n, name, cap)) {
        return SECURITY_GET_PACKAGES_FAILED;
    }
    return error;
}

int package_size(const char *name, uint32_t *size)
{
    const uint8_t *results;
    size_t n;
    core_begin(CORE_SIZE_BUFFER);
    core_put_name(name);
    int error = result_of(core_ask(&results, &n));
    *size = error == SECURITY_SUCCESS ? core_get_u32(&results, &n) : 0;
    return error;
}

int package_model(const char *name, uint32_t index, char *model, size_t cap, uint32_t *size)
{
    const uint8_t *results;
    size_t n;
    model[0] = '\0';
    *size = 0;
    core_begin(CORE_GET_MODELS);
    core_put_u32(index);
    core_put_name(name);
    int error = result_of(core_ask(&results, &n));
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    *size = core_get_u32(&results, &n);
    return core_get_name(&results, &n, model, cap) ? SECURITY_SUCCESS : SECURITY_GET_PACKAGES_FAILED;
}

/* The first question has the answer, but of bundles with several models. */
int package_model_size(const char *name, const char *model, uint32_t *size)
{
    char found[CORE_NAME_SIZE];
    for (uint32_t i = 0; i < CORE_PACKAGES; i++) {
        int error = package_model(name, i, found, sizeof found, size);
        if (error != SECURITY_SUCCESS || strcmp(found, model) == 0) {
            return error;
        }
    }
    *size = 0;
    return SECURITY_BUNDLE_NOT_FOUND;
}

int package_flash(uint8_t *figures, size_t *figures_n)
{
    const uint8_t *results;
    size_t n, room = *figures_n;
    *figures_n = 0;
    core_begin(CORE_STORE);
    core_expect(CORE_REPLY(sizeof(struct core_store)));
    int error = result_of(core_ask(&results, &n));
    if (error == SECURITY_SUCCESS && n > room) {
        error = SECURITY_SERIALIZE_FAILED;
    }
    if (error == SECURITY_SUCCESS) {
        memcpy(figures, results, n);
        *figures_n = n;
    }
    return error;
}

int package_load(const char *name, const char *model, uint32_t offset, uint32_t length, uint8_t *to, size_t *n)
{
    const uint8_t *results;
    size_t room = *n < length ? *n : length, got;
    *n = 0;
    core_begin(model[0] != '\0' ? CORE_LOAD_MODEL : CORE_LOAD_APPLICATION);
    core_put_u32(offset);
    core_put_u32((uint32_t)room);
    core_put_name(name);
    if (model[0] != '\0') {
        core_put_name(model);
    }
    core_expect(CORE_REPLY(room));
    int error = result_of(core_ask(&results, &got));
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    if (got > room) {
        return SECURITY_LOAD_APPLICATION_FAILED;
    }
    memcpy(to, results, got);
    *n = got;
    return SECURITY_SUCCESS;
}
