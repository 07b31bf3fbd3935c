/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Requests about what is installed. */

#include <string.h>

#include "../package/image.h"
#include "../storage.h"
#include "arguments.h"

/* The next package, its names readable. False at the end. */
static bool next_package(uint32_t *cursor, const char *bundle, struct store_info *info)
{
    int result;
    do {
        result = store_next(storage(), cursor, STORE_ANY, bundle, info);
    } while (result == STORE_CORRUPT || (result == STORE_OK && info->kind != STORE_APPLICATION && info->kind != STORE_MODEL));
    return result == STORE_OK;
}

uint32_t handle_uninstall(struct request *request)
{
    static const uint8_t kinds[] = { STORE_APPLICATION, STORE_MODEL, STORE_SECRET };    /* counters stay */
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE];
    struct store_info info;
    uint32_t cursor = 0, error = argument_bundle(&arguments, bundle);
    if (error != CORE_SUCCESS || !arguments_end(&arguments)) {
        return error != CORE_SUCCESS ? error : CORE_DESERIALIZE_FAILED;
    }
    if (storage() == NULL) {
        return storage_state();
    }
    if (!next_package(&cursor, bundle, &info)) {
        return CORE_BUNDLE_NOT_FOUND;
    }
    int result = store_begin(storage());
    for (size_t i = 0; result >= 0 && i < sizeof kinds; i++) {
        result = store_transaction_delete_all(storage(), kinds[i], bundle);
    }
    if (result >= 0) {
        result = store_commit(storage());
    }
    if (result < 0) {
        store_abort(storage());
    }
    return result < 0 ? storage_error(result) : CORE_SUCCESS;
}

/* The first name behind `after` in the order of the bytes; false: there is none. */
static bool name_behind(const char *after, char name[CORE_NAME_SIZE])
{
    struct store_info info;
    uint32_t cursor = 0;
    bool any = false;
    while (next_package(&cursor, NULL, &info)) {
        if (strcmp(info.bundle, after) > 0 && (!any || strcmp(info.bundle, name) < 0)) {
            copy_name(name, info.bundle);
            any = true;
        }
    }
    return any;
}

uint32_t handle_get_packages(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    uint32_t index = argument_word(&arguments);
    char name[CORE_NAME_SIZE] = "", next[CORE_NAME_SIZE];
    if (!arguments_end(&arguments)) {
        return CORE_DESERIALIZE_FAILED;
    }
    if (storage() == NULL) {
        return storage_state();
    }
    for (uint32_t i = 0; i <= index; i++) {
        if (i > CORE_PACKAGES || !name_behind(name, next)) {
            return CORE_BUNDLE_NOT_FOUND;
        }
        copy_name(name, next);
    }
    return result_name(request, name) ? CORE_SUCCESS : CORE_SERIALIZE_FAILED;
}

/* A bundle's application, from the last argument. */
static uint32_t find_application(struct arguments *arguments, const struct image_about **about)
{
    char bundle[CORE_NAME_SIZE];
    uint32_t error = argument_bundle(arguments, bundle);
    if (error == CORE_SUCCESS && !arguments_end(arguments)) {
        error = CORE_DESERIALIZE_FAILED;
    }
    struct store_id id = { STORE_APPLICATION, bundle, "" };
    return error == CORE_SUCCESS ? image_find(&id, about) : error;
}

uint32_t handle_size_buffer(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    const struct image_about *about;
    uint32_t error = find_application(&arguments, &about);
    if (error == CORE_SUCCESS && !result_word(request, about->size)) {
        error = CORE_SERIALIZE_FAILED;
    }
    return error;
}

/* Bytes of the image that was found. */
static uint32_t give(struct request *request, uint32_t offset, uint32_t length)
{
    uint32_t error = length <= request->room ? image_read(offset, request->data, length) : CORE_SERIALIZE_FAILED;
    request->result = error == CORE_SUCCESS ? length : 0;
    return error;
}

uint32_t handle_get_manifest(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    const struct image_about *about;
    uint32_t error = find_application(&arguments, &about);
    return error == CORE_SUCCESS ? give(request, about->manifest, about->manifest_size) : error;
}

/* The bytes that there are. What follows the arguments is there to make room for them. */
static uint32_t load(struct request *request, const struct store_id *id, uint32_t offset, uint32_t length)
{
    const struct image_about *about;
    uint32_t error = image_find(id, &about);
    if (error != CORE_SUCCESS) {
        return error;
    }
    uint32_t left = offset < about->size ? about->size - offset : 0;
    return give(request, offset, length < left ? length : left);
}

uint32_t handle_load_application(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE];
    uint32_t offset = argument_word(&arguments), length = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    struct store_id id = { STORE_APPLICATION, bundle, "" };
    return error == CORE_SUCCESS ? load(request, &id, offset, length) : error;
}

uint32_t handle_load_model(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE], model[CORE_NAME_SIZE];
    uint32_t offset = argument_word(&arguments), length = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    if (error == CORE_SUCCESS) {
        error = argument_bundle(&arguments, model);
    }
    struct store_id id = { STORE_MODEL, bundle, model };
    return error == CORE_SUCCESS ? load(request, &id, offset, length) : error;
}

uint32_t handle_get_models(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE];
    struct store_info info;
    const struct image_about *about;
    uint32_t cursor = 0, index = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    if (error != CORE_SUCCESS || !arguments_end(&arguments)) {
        return error != CORE_SUCCESS ? error : CORE_DESERIALIZE_FAILED;
    }
    if (storage() == NULL) {
        return storage_state();
    }
    do {
        if (!next_package(&cursor, bundle, &info)) {
            return CORE_BUNDLE_NOT_FOUND;
        }
    } while (info.kind != STORE_MODEL || index-- > 0);
    struct store_id id = { STORE_MODEL, info.bundle, info.name };
    error = image_find(&id, &about);
    if (error == CORE_SUCCESS && !(result_word(request, about->size) && result_name(request, info.name))) {
        error = CORE_SERIALIZE_FAILED;
    }
    return error;
}
