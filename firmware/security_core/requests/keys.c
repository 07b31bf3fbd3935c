/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Keys and values of bundles. A value is an object of the kind that the store overwrites when it is deleted or replaced: nonce, tag, and the
 * value encrypted with AES-GCM under a key of this device; the tag covers the names, too, so that a value cannot be put in the place of another. */

#include <string.h>

#include "../package/image.h"
#include "../storage.h"
#include "arguments.h"

enum { OVERHEAD = CRYPTO_NONCE + CRYPTO_TAG };
_Static_assert(SCRATCH_SIZE >= OVERHEAD + CORE_VALUE_MAX, "a value fits");

struct names {
    char bundle[CORE_NAME_SIZE], key[CORE_NAME_SIZE];
};

/* Whether there is a package of this bundle: keys belong to one. */
static uint32_t bundle_exists(const char *bundle)
{
    static const uint8_t kinds[] = { STORE_APPLICATION, STORE_MODEL };
    struct store_id application = { STORE_APPLICATION, bundle, "" };
    struct store_info info;
    if (storage() == NULL) {
        return storage_state();
    }
    if (store_find(storage(), &application, &info) == STORE_OK) {
        return CORE_SUCCESS;
    }
    for (size_t i = 0; i < sizeof kinds; i++) {
        uint32_t cursor = 0;
        if (store_next(storage(), &cursor, kinds[i], bundle, &info) == STORE_OK) {
            return CORE_SUCCESS;
        }
    }
    return CORE_BUNDLE_NOT_FOUND;
}

static uint32_t take_names(struct arguments *arguments, struct names *names)
{
    memset(names, 0, sizeof *names);        /* what is behind the NULs is covered by the tag */
    uint32_t error = argument_bundle(arguments, names->bundle);
    if (error != CORE_SUCCESS) {
        return error;
    }
    bool good = argument_name(arguments, names->key);
    if (!good) {
        return arguments->bad && arguments->left < CORE_NAME_SIZE ? CORE_DESERIALIZE_FAILED : CORE_KEY_INVALID;
    }
    return bundle_exists(names->bundle);
}

static struct store_id id_of(const struct names *names)
{
    return (struct store_id){ STORE_SECRET, names->bundle, names->key };
}

/* Additional data of the encryption: both names, each with its NUL. */
static size_t both(const struct names *names, char text[2 * CORE_NAME_SIZE])
{
    size_t bundle = strlen(names->bundle) + 1, key = strlen(names->key) + 1;
    memcpy(text, names->bundle, bundle);
    memcpy(text + bundle, names->key, key);
    return bundle + key;
}

/* Encrypts or decrypts n bytes of the scratch memory behind nonce and tag, where they are. */
static uint32_t crypt(const struct names *names, uint32_t n, bool encrypt)
{
    uint8_t *nonce = storage_scratch, *tag = nonce + CRYPTO_NONCE, *value = tag + CRYPTO_TAG;
    const uint8_t *key = storage_kept_key(KEY_OF_VALUES);
    char text[2 * CORE_NAME_SIZE];
    size_t text_n = both(names, text);
    if (key == NULL) {
        return CORE_STORE_FAILED;
    }
    int error = encrypt ? crypto_seal(key, nonce, text, text_n, value, n, value, tag) : crypto_open(key, nonce, text, text_n, value, n, value, tag);
    if (error == CRYPTO_REFUSED) {
        return CORE_STORE_CORRUPT;
    }
    return error == CRYPTO_OK ? CORE_SUCCESS : CORE_STORE_FAILED;
}

static void clean(void)
{
    crypto_wipe(storage_scratch, sizeof storage_scratch);
    image_forget();
}

/* --- reading --- */

static uint32_t read_value(struct request *request, const struct names *names)
{
    struct store_id id = id_of(names);
    struct store_info info;
    int result = store_find(storage(), &id, &info);
    if (result != STORE_OK) {
        return result == STORE_NOT_FOUND ? CORE_KEY_NOT_FOUND : storage_error(result);
    }
    if (info.size < OVERHEAD || info.size > OVERHEAD + CORE_VALUE_MAX) {
        return CORE_STORE_CORRUPT;
    }
    if (info.size - OVERHEAD > request->room) {
        return CORE_SERIALIZE_FAILED;
    }
    result = store_read(storage(), &info, 0, storage_scratch, info.size);
    if (result != (int)info.size) {
        return result < 0 ? storage_error(result) : CORE_STORE_CORRUPT;
    }
    uint32_t error = crypt(names, info.size - OVERHEAD, false);
    return error == CORE_SUCCESS && !result_add(request, storage_scratch + OVERHEAD, info.size - OVERHEAD) ? CORE_SERIALIZE_FAILED : error;
}

uint32_t handle_read_key(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    struct names names;
    uint32_t error = take_names(&arguments, &names);        /* what follows is there to make room for the value */
    if (error == CORE_SUCCESS) {
        error = read_value(request, &names);
        clean();
    }
    return error;
}

/* --- writing --- */

static uint32_t check_quota(const struct names *names)
{
    struct store_id id = id_of(names);
    struct store_info info;
    uint32_t cursor = 0, n = 0;
    int result = store_find(storage(), &id, &info);
    if (result != STORE_NOT_FOUND) {
        return CORE_SUCCESS;            /* it is replaced */
    }
    while ((result = store_next(storage(), &cursor, STORE_SECRET, names->bundle, &info)) == STORE_OK || result == STORE_CORRUPT) {
        n += result == STORE_OK;
    }
    if (result != STORE_NOT_FOUND) {
        return storage_error(result);
    }
    return n >= CORE_KEYS_PER_BUNDLE ? CORE_QUOTA_EXCEEDED : CORE_SUCCESS;
}

static uint32_t write_value(const struct names *names, const uint8_t *value, uint32_t n)
{
    struct store_id id = id_of(names);
    uint8_t nonce[STORAGE_UNIQUE];
    if (!storage_unique(nonce)) {
        return CORE_NO_RANDOM;
    }
    memcpy(storage_scratch, nonce, sizeof nonce);
    memcpy(storage_scratch + OVERHEAD, value, n);
    uint32_t error = crypt(names, n, true);
    return error == CORE_SUCCESS ? storage_error(store_put(storage(), &id, storage_scratch, OVERHEAD + n)) : error;
}

uint32_t handle_write_key(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    struct names names;
    uint32_t error = take_names(&arguments, &names);
    if (error == CORE_SUCCESS && arguments.left > CORE_VALUE_MAX) {
        error = CORE_VALUE_INVALID;
    }
    if (error == CORE_SUCCESS) {
        error = check_quota(&names);
    }
    if (error == CORE_SUCCESS) {
        error = write_value(&names, arguments.at, (uint32_t)arguments.left);
        clean();
    }
    return error;
}

uint32_t handle_delete_key(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    struct names names;
    uint32_t error = take_names(&arguments, &names);
    if (error == CORE_SUCCESS && !arguments_end(&arguments)) {
        error = CORE_DESERIALIZE_FAILED;
    }
    if (error != CORE_SUCCESS) {
        return error;
    }
    struct store_id id = id_of(&names);
    int result = store_delete(storage(), &id);
    return result == STORE_NOT_FOUND ? CORE_SUCCESS : storage_error(result);
}

/* --- iteration --- */

/* The cursor of the reply is where the key lies that has no room any more: there the next list begins. */
static uint32_t list(struct request *request, const char *bundle, uint32_t cursor)
{
    enum { ENTRY_MAX = sizeof(uint32_t) + CORE_NAME_SIZE };
    struct store_info info;
    uint32_t here = cursor, next = 0;
    int result;
    if (request->room < sizeof next + ENTRY_MAX) {
        return CORE_SERIALIZE_FAILED;
    }
    (void)result_word(request, 0);
    while ((result = store_next(storage(), &cursor, STORE_SECRET, bundle, &info)) == STORE_OK || result == STORE_CORRUPT) {
        if (request->room - request->result < ENTRY_MAX) {
            next = here;
            break;
        }
        here = cursor;
        if (result == STORE_OK) {
            (void)(result_word(request, info.size < OVERHEAD ? 0 : info.size - OVERHEAD) && result_name(request, info.name));
        }
    }
    memcpy(request->data, &next, sizeof next);
    return result == STORE_IO ? storage_error(result) : CORE_SUCCESS;
}

uint32_t handle_list_keys(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE];
    uint32_t cursor = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    if (error == CORE_SUCCESS && !arguments_end(&arguments)) {
        error = CORE_DESERIALIZE_FAILED;
    }
    if (error == CORE_SUCCESS) {
        error = bundle_exists(bundle);
    }
    return error == CORE_SUCCESS ? list(request, bundle, cursor) : error;
}
