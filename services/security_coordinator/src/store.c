/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "store.h"

#include "chunk.h"
#include "image.h"

#include "keys.h"

#include <bundle/bundle.h>
#include <camkes/persistent.h>
#include <string.h>

#define STORE_MAX_BYTES (CHUNKS * CHUNK_PAGES * (uint32_t)CHUNK_PAGE_BYTES)

/* Valid as `state` says, which is written last, and first when a package goes. */
static CAMKES_PERSISTENT struct package packages[STORE_PACKAGES];

void store_init(void)
{
    memset(packages, 0, sizeof packages);
}

/* --- recovery --- */

/* Keeps the chunks of a list that belong to nobody else yet, if they all do. */
static bool keep_list(uint8_t chunk, bool keep[CHUNKS])
{
    for (; chunk != CHUNK_NONE; chunk = chunk_next(chunk)) {
        if (!chunk_lives(chunk) || keep[chunk]) {
            return false;
        }
        keep[chunk] = true;
    }
    return true;
}

/* Keeps all chunks of a package, or none. */
static bool keep_package(struct package *p, bool keep[CHUNKS])
{
    bool with[CHUNKS];
    memcpy(with, keep, sizeof with);
    if (chunk_lives(p->keys) && keys_empty(p->keys)) {
        p->keys = CHUNK_NONE;
    }
    if (!keep_list(p->image, with) || !keep_list(p->keys, with)) {
        return false;
    }
    memcpy(keep, with, sizeof with);
    return true;
}

unsigned store_recover(void)
{
    bool keep[CHUNKS] = { false };
    unsigned given_up = 0;
    keys_recover();
    for (struct package *p = packages; p < packages + STORE_PACKAGES; p++) {
        if (p->state != PACKAGE_INSTALLED) {
            p->state = PACKAGE_NONE;
        } else if (!keep_package(p, keep)) {
            p->state = PACKAGE_NONE;
            given_up++;
        }
    }
    chunk_recover(keep);
    return given_up;
}

/* --- names --- */

static bool name_valid(const char *name)
{
    size_t n = 0;
    for (; name[n]; n++) {
        char c = name[n];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!good || n == STORE_NAME_SIZE - 1) {
            return false;
        }
    }
    return n > 0;
}

static bool is_installed(const struct package *p, const char *name)
{
    return p->state == PACKAGE_INSTALLED && strcmp(p->name, name) == 0;
}

struct package *store_find(const char *name, const char *model)
{
    for (struct package *p = packages; p < packages + STORE_PACKAGES; p++) {
        if (is_installed(p, name) && strcmp(p->model, model) == 0) {
            return p;
        }
    }
    return NULL;
}

bool store_visit(const char *name, bool (*visit)(void *ctx, struct package *package), void *ctx)
{
    bool any = false, more = true;
    for (struct package *p = packages; more && p < packages + STORE_PACKAGES; p++) {
        if (is_installed(p, name)) {
            any = true;
            more = visit(ctx, p);
        }
    }
    return any;
}

/* The smallest installed name above `above` (NULL: of all). */
static const char *next_name(const char *above)
{
    const char *best = NULL;
    for (struct package *p = packages; p < packages + STORE_PACKAGES; p++) {
        if (p->state == PACKAGE_INSTALLED && (above == NULL || strcmp(p->name, above) > 0) &&
            (best == NULL || strcmp(p->name, best) < 0)) {
            best = p->name;
        }
    }
    return best;
}

const char *store_bundle(uint32_t index)
{
    const char *name = next_name(NULL);
    while (name && index--) {
        name = next_name(name);
    }
    return name;
}

/* --- image bytes --- */

static void free_chunks(uint8_t chunk)
{
    while (chunk != CHUNK_NONE) {
        uint8_t next = chunk_next(chunk);
        chunk_free(chunk);
        chunk = next;
    }
}

static void remove_package(struct package *p)
{
    p->state = PACKAGE_NONE;
    camkes_in_order();
    free_chunks(p->image);
    free_chunks(p->keys);
}

/* The chunk that holds byte *offset of the image, and the offset in it; CHUNK_NONE behind the last chunk, whose number is
 * then in *last and the image's capacity is subtracted from *offset. */
static uint8_t locate(const struct package *p, uint32_t *offset, uint8_t *last)
{
    uint8_t chunk = p->image;
    *last = CHUNK_NONE;
    while (chunk != CHUNK_NONE && *offset >= chunk_bytes(chunk)) {
        *offset -= chunk_bytes(chunk);
        *last = chunk;
        chunk = chunk_next(chunk);
    }
    return chunk;
}

/* Pages of the next chunk: what is still to come, or, when that is not known, as much again as there is. */
static uint32_t chunk_size_for(const struct package *p)
{
    uint32_t bytes = p->expected ? p->expected - p->size : p->size;
    uint32_t pages = (bytes + CHUNK_PAGE_BYTES - 1) / CHUNK_PAGE_BYTES;
    return pages == 0 ? 1 : pages < CHUNK_PAGES ? pages : CHUNK_PAGES;
}

/* The chunk for the byte behind the image, allocated if necessary. CHUNK_NONE: no memory. */
static uint8_t chunk_for_append(struct package *p, uint32_t *offset)
{
    uint8_t last, chunk;
    *offset = p->size;
    chunk = locate(p, offset, &last);
    if (chunk != CHUNK_NONE) {
        return chunk;
    }
    chunk = chunk_alloc(chunk_size_for(p));
    if (chunk != CHUNK_NONE && last != CHUNK_NONE) {
        chunk_set_next(last, chunk);
    } else if (chunk != CHUNK_NONE) {
        p->image = chunk;
    }
    return chunk;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool append(struct package *p, const uint8_t *data, uint32_t n)
{
    while (n) {
        uint32_t offset;
        uint8_t chunk = chunk_for_append(p, &offset);
        if (chunk == CHUNK_NONE) {
            return false;
        }
        uint32_t part = min_u32(n, chunk_bytes(chunk) - offset);
        memcpy(chunk_memory(chunk) + offset, data, part);
        p->size += part;
        data += part;
        n -= part;
    }
    return true;
}

uint32_t store_read(const struct package *p, uint32_t offset, void *to, uint32_t length)
{
    uint8_t last, *out = to;
    if (offset >= p->size) {
        return 0;
    }
    length = min_u32(length, p->size - offset);
    uint8_t chunk = locate(p, &offset, &last);
    for (uint32_t left = length; left; chunk = chunk_next(chunk), offset = 0) {
        uint32_t part = min_u32(left, chunk_bytes(chunk) - offset);
        memcpy(out, chunk_memory(chunk) + offset, part);
        out += part;
        left -= part;
    }
    return length;
}

/* --- sessions --- */

static void drop_session_of(uint32_t client)
{
    for (struct package *p = packages; p < packages + STORE_PACKAGES; p++) {
        if (p->state == PACKAGE_INSTALLING && p->owner == client) {
            remove_package(p);
        }
    }
}

static struct package *find_empty(void)
{
    for (struct package *p = packages; p < packages + STORE_PACKAGES; p++) {
        if (p->state == PACKAGE_NONE) {
            return p;
        }
    }
    return NULL;
}

/* Bits 0..7: package; above: generation, so that a session that is over is not found again. */
static uint32_t session_of(const struct package *p)
{
    return (uint32_t)p->generation << 8 | (uint32_t)(p - packages);
}

static struct package *find_session(uint32_t client, uint32_t session)
{
    uint32_t index = session & 0xff;
    if (index >= STORE_PACKAGES) {
        return NULL;
    }
    struct package *p = &packages[index];
    return p->state == PACKAGE_INSTALLING && p->owner == client && session_of(p) == session ? p : NULL;
}

static void open_package(struct package *p, uint32_t client, uint32_t kind, const char *name, const char *model, uint32_t size)
{
    uint16_t generation = p->generation == UINT16_MAX ? 1 : (uint16_t)(p->generation + 1);
    *p = (struct package){
        .expected = size, .generation = generation, .kind = (uint8_t)kind, .owner = (uint8_t)client,
        .image = CHUNK_NONE, .keys = CHUNK_NONE,
    };
    memcpy(p->name, name, strlen(name) + 1);    /* both are valid names, or model is empty */
    memcpy(p->model, model, strlen(model) + 1);
    camkes_in_order();
    p->state = PACKAGE_INSTALLING;
}

int store_begin(uint32_t client, uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    *session = 0;
    bool model_valid = kind == SECURITY_MODEL ? name_valid(model) : kind == SECURITY_APPLICATION && model[0] == '\0';
    if (!name_valid(name) || !model_valid) {
        return SECURITY_BUNDLE_ID_INVALID;
    }
    if (size > STORE_MAX_BYTES) {
        return SECURITY_PACKAGE_BUFFER_LEN_INVALID;
    }
    if (store_find(name, model)) {
        return SECURITY_DELETE_FIRST;
    }
    drop_session_of(client);
    struct package *p = find_empty();
    if (p == NULL) {
        return SECURITY_INSTALL_FAILED;
    }
    open_package(p, client, kind, name, model, size);
    *session = session_of(p);
    return SECURITY_SUCCESS;
}

static int fail_session(struct package *p, int error)
{
    remove_package(p);
    return error;
}

int store_data(uint32_t client, uint32_t session, const uint8_t *data, size_t n)
{
    struct package *p = find_session(client, session);
    if (p == NULL) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    uint32_t limit = p->expected ? p->expected : STORE_MAX_BYTES;
    if (n > limit - p->size) {
        return fail_session(p, SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    }
    return append(p, data, (uint32_t)n) ? SECURITY_SUCCESS : fail_session(p, SECURITY_INSTALL_FAILED);
}

int store_end(uint32_t client, uint32_t session)
{
    struct package *p = find_session(client, session);
    if (p == NULL) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    if (p->expected && p->size != p->expected) {
        return fail_session(p, SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    }
    if (store_find(p->name, p->model)) {    /* another client was faster */
        return fail_session(p, SECURITY_DELETE_FIRST);
    }
    BundleError refused = image_validate(p);
    if (refused != BUNDLE_OK) {
        return fail_session(p, BUNDLE_ERROR_BASE + (int)refused);
    }
    p->state = PACKAGE_INSTALLED;
    return SECURITY_SUCCESS;
}

int store_abort(uint32_t client, uint32_t session)
{
    struct package *p = find_session(client, session);
    return p ? fail_session(p, SECURITY_SUCCESS) : SECURITY_BUNDLE_DATA_INVALID;
}

static bool remove_visited(void *ctx, struct package *p)
{
    (void)ctx;
    remove_package(p);
    return true;
}

int store_uninstall(const char *name)
{
    return store_visit(name, remove_visited, NULL) ? SECURITY_SUCCESS : SECURITY_BUNDLE_NOT_FOUND;
}
