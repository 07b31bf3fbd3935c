/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Installing a package: its bytes are checked while they go into a stream of the store, and become visible as one with the rollback counter. */

#include <package.h>
#include <string.h>
#include <trusted_keys.h>

#include "../boot/measure.h"
#include "../core.h"
#include "../package/image.h"
#include "../storage.h"
#include "arguments.h"

struct session {
    uint32_t number;                /* 0: not in use */
    bool begun;                     /* its name is known and the stream is open */
    uint32_t error;                 /* of the rollback counter */
    uint8_t kind;                   /* enum store_kind */
    char bundle[CORE_NAME_SIZE];
    char model[CORE_NAME_SIZE];     /* "": an application */
    struct image_about about;
    struct image_writer writer;
    struct package_rules rules;
    struct package_check check;
};

static const uint8_t keys[][CRYPTO_PUBLIC_KEY] = { TRUSTED_KEYS };
static struct session sessions[STORE_STREAMS];
KEPT static uint32_t last_number;   /* numbers of the life before are not sessions of this one */

static struct store_id id_of(const struct session *session)
{
    return (struct store_id){ session->kind, session->bundle, session->model };
}

static void drop(struct session *session)
{
    if (session->begun) {
        store_stream_abort(storage(), session->writer.stream);
    }
    session->number = 0;
    session->begun = false;
}

/* --- the beginning --- */

/* A counter that cannot be read refuses every version: what it was is not known. */
static uint32_t lowest_version(void *ctx, const char *name)
{
    struct session *session = ctx;
    const char *bundle = session->bundle[0] != '\0' ? session->bundle : name;
    uint64_t lowest;
    int result = store_counter(storage(), bundle, session->model, &lowest);
    session->error = storage_error(result);
    return result != STORE_OK || lowest > UINT32_MAX ? UINT32_MAX : (uint32_t)lowest;
}

/* Whether there is a place for this package: its own, or one that is free. */
static uint32_t check_quota(const struct store_id *id)
{
    struct store_info info;
    uint32_t cursor = 0, n = 0;
    int result;
    while ((result = store_next(storage(), &cursor, STORE_ANY, NULL, &info)) == STORE_OK || result == STORE_CORRUPT) {
        bool same = info.kind == id->kind && strcmp(info.bundle, id->bundle) == 0 && strcmp(info.name, id->name) == 0;
        n += result == STORE_OK && !same && (info.kind == STORE_APPLICATION || info.kind == STORE_MODEL);
    }
    return result != STORE_NOT_FOUND ? storage_error(result) : n < CORE_PACKAGES ? CORE_SUCCESS : CORE_QUOTA_EXCEEDED;
}

/* Opens the stream of a session whose name is known. */
static uint32_t begin_image(struct session *session)
{
    struct store_id id = id_of(session);
    uint32_t error = check_quota(&id);
    if (error == CORE_SUCCESS) {
        error = image_begin(&session->writer, &id, &session->about);
    }
    session->begun = error == CORE_SUCCESS;
    return error;
}

static struct session *free_session(void)
{
    for (size_t i = 0; i < STORE_STREAMS; i++) {
        if (sessions[i].number == 0) {
            return &sessions[i];
        }
    }
    return NULL;
}

static uint32_t open_session(struct session *session, uint8_t kind, const char *bundle, const char *model, uint32_t size)
{
    memset(session, 0, sizeof *session);
    session->kind = kind;
    copy_name(session->bundle, bundle);
    copy_name(session->model, model);
    session->about.size = size;
    session->rules = (struct package_rules){
        .image = kind == STORE_MODEL ? &bundle_model_rules : &bundle_app_rules,
        .keys = keys, .n_keys = sizeof keys / sizeof *keys,
        .name = kind == STORE_MODEL ? session->model : bundle[0] != '\0' ? session->bundle : NULL,
        .lowest_version = lowest_version, .ctx = session,
        .allow_unsigned = boot_allows_unsigned(),
    };
    uint32_t error = bundle[0] != '\0' ? begin_image(session) : CORE_SUCCESS;
    if (error == CORE_SUCCESS) {
        session->number = ++last_number;
        package_start(&session->check, &session->rules, size);
    }
    return error;
}

static uint32_t install(struct request *request, uint8_t kind, const char *bundle, const char *model, uint32_t size)
{
    struct session *session = free_session();
    if (storage() == NULL) {
        return storage_state();
    }
    if (image_stored(size) == 0 || image_stored(size) > store_value_max(storage())) {
        return CORE_SIZE_INVALID;
    }
    if (session == NULL) {
        return CORE_BUSY;
    }
    if (request->room < sizeof session->number) {
        return CORE_SERIALIZE_FAILED;       /* nobody would know the session's number */
    }
    uint32_t error = open_session(session, kind, bundle, model, size);
    return error == CORE_SUCCESS && !result_word(request, session->number) ? CORE_SERIALIZE_FAILED : error;
}

uint32_t handle_install(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    uint32_t size = argument_word(&arguments);
    return arguments_end(&arguments) ? install(request, STORE_APPLICATION, "", "", size) : CORE_DESERIALIZE_FAILED;
}

uint32_t handle_install_app(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE];
    uint32_t size = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    if (error == CORE_SUCCESS && !arguments_end(&arguments)) {
        error = CORE_DESERIALIZE_FAILED;
    }
    return error == CORE_SUCCESS ? install(request, STORE_APPLICATION, bundle, "", size) : error;
}

uint32_t handle_install_model(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    char bundle[CORE_NAME_SIZE], model[CORE_NAME_SIZE];
    uint32_t size = argument_word(&arguments), error = argument_bundle(&arguments, bundle);
    if (error == CORE_SUCCESS) {
        error = argument_bundle(&arguments, model);
    }
    if (error == CORE_SUCCESS && !arguments_end(&arguments)) {
        error = CORE_DESERIALIZE_FAILED;
    }
    return error == CORE_SUCCESS ? install(request, STORE_MODEL, bundle, model, size) : error;
}

/* --- data --- */

static struct session *find_session(uint32_t number)
{
    for (size_t i = 0; number != 0 && i < STORE_STREAMS; i++) {
        if (sessions[i].number == number) {
            return &sessions[i];
        }
    }
    return NULL;
}

static uint32_t refused(const struct session *session, BundleError error)
{
    return session->error != CORE_SUCCESS ? session->error : CORE_BUNDLE_REFUSED + (uint32_t)error;
}

/* An image that is installed under its signed name: that must be known now. */
static uint32_t take_signed_name(struct session *session)
{
    const struct bundle_signature *signature = package_signature(&session->check);
    if (signature == NULL) {
        return CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_UNSIGNED;
    }
    if (!is_bundle_id(signature->name)) {
        return CORE_BUNDLE_ID_INVALID;
    }
    copy_name(session->bundle, signature->name);
    return begin_image(session);
}

/* A package that is there is only replaced by a signed one of a higher version, or if it cannot be used any more. */
static uint32_t may_replace(const struct session *session)
{
    struct store_id id = id_of(session);
    const struct image_about *old;
    uint32_t error = image_find(&id, &old);
    if (error == CORE_BUNDLE_NOT_FOUND || error == CORE_STORE_CORRUPT) {
        return CORE_SUCCESS;
    }
    if (error == CORE_SUCCESS && (!(session->about.flags & IMAGE_SIGNED) || session->about.version <= old->version)) {
        error = CORE_DELETE_FIRST;
    }
    return error;
}

/* When the signature has passed by: what it says, and whether that may be installed at all, before the rest is sent. */
static uint32_t take_signature(struct session *session)
{
    const struct bundle_signature *signature = package_signature(&session->check);
    if (signature == NULL || session->about.flags & IMAGE_SIGNED) {
        return CORE_SUCCESS;
    }
    session->about.flags = IMAGE_SIGNED;
    session->about.version = signature->version;
    memcpy(session->about.key_id, signature->key_id, sizeof session->about.key_id);
    return may_replace(session);
}

/* Bytes in our own memory: what is stored is what was checked. */
static uint32_t take(struct session *session, const uint8_t *bytes, uint32_t n)
{
    BundleError refusal = package_add(&session->check, bytes, n);
    if (refusal != BUNDLE_OK) {
        return refused(session, refusal);
    }
    uint32_t error = session->error;        /* the highest version passes whatever lowest_version says */
    if (error == CORE_SUCCESS && !session->begun) {
        error = take_signed_name(session);
    }
    if (error == CORE_SUCCESS) {
        error = take_signature(session);
    }
    return error == CORE_SUCCESS ? image_add(&session->writer, bytes, n) : error;
}

uint32_t handle_install_data(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    struct session *session = find_session(argument_word(&arguments));
    uint32_t error = CORE_SUCCESS;
    if (arguments.bad) {
        return CORE_DESERIALIZE_FAILED;
    }
    if (session == NULL) {
        return CORE_NO_SESSION;
    }
    image_forget();
    while (arguments.left > 0 && error == CORE_SUCCESS) {
        uint32_t n = arguments.left < SCRATCH_SIZE ? (uint32_t)arguments.left : (uint32_t)SCRATCH_SIZE;
        memcpy(storage_scratch, arguments.at, n);
        arguments.at += n;
        arguments.left -= n;
        error = take(session, storage_scratch, n);
    }
    if (error != CORE_SUCCESS) {
        drop(session);
    }
    return error;
}

/* --- the end --- */

/* The package and its version become valid together. */
static uint32_t commit(struct session *session)
{
    struct store *store = storage();
    int result = store_begin(store);
    if (result != STORE_OK) {
        return storage_error(result);
    }
    if (session->about.flags & IMAGE_SIGNED) {
        result = store_transaction_raise(store, session->bundle, session->model, session->about.version);
    }
    if (result == STORE_OK) {
        result = store_transaction_stream(store, session->writer.stream);
    }
    if (result == STORE_OK) {
        result = store_commit(store);
    }
    if (result != STORE_OK) {
        store_abort(store);
    }
    return result == STORE_BACKWARDS ? CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_ROLLED_BACK : storage_error(result);    /* another session was quicker */
}

static uint32_t finish(struct session *session)
{
    struct store_id id = id_of(session);
    BundleError refusal = package_finish(&session->check);
    if (refusal == BUNDLE_TRUNCATED_DATA && session->check.at != session->about.size) {
        return CORE_SIZE_INVALID;
    }
    if (refusal != BUNDLE_OK) {
        return refused(session, refusal);
    }
    session->about.manifest = session->check.manifest.data;
    session->about.manifest_size = session->check.manifest.size;
    uint32_t error = may_replace(session);          /* again: another session may have been quicker */
    if (error == CORE_SUCCESS) {
        error = check_quota(&id);           /* another session may have taken the last place */
    }
    if (error == CORE_SUCCESS) {
        error = image_end(&session->writer, &id, &session->about);
    }
    return error == CORE_SUCCESS ? commit(session) : error;
}

uint32_t handle_install_end(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    struct session *session = find_session(argument_word(&arguments));
    char bundle[CORE_NAME_SIZE];
    uint32_t error = arguments_end(&arguments) ? CORE_SUCCESS : CORE_DESERIALIZE_FAILED;
    if (session == NULL) {
        return error != CORE_SUCCESS ? error : CORE_NO_SESSION;
    }
    if (error == CORE_SUCCESS) {
        error = request->room >= CORE_NAME_SIZE ? finish(session) : CORE_SERIALIZE_FAILED;
    }
    copy_name(bundle, session->bundle);
    drop(session);                  /* the stream is over if it was committed: then this does nothing to it */
    return error == CORE_SUCCESS && !result_name(request, bundle) ? CORE_SERIALIZE_FAILED : error;
}

uint32_t handle_install_abort(struct request *request)
{
    struct arguments arguments = arguments_of(request);
    uint32_t number = argument_word(&arguments);
    if (!arguments_end(&arguments)) {
        return CORE_DESERIALIZE_FAILED;
    }
    if (number != 0 && find_session(number) == NULL) {
        return CORE_NO_SESSION;
    }
    for (size_t i = 0; i < STORE_STREAMS; i++) {
        if (sessions[i].number != 0 && (number == 0 || sessions[i].number == number)) {
            drop(&sessions[i]);
        }
    }
    return CORE_SUCCESS;
}
