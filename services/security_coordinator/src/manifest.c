/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "manifest.h"

#include "core.h"
#include "packages.h"
#include "result.h"
#include "security_coordinator.h"

#include <bundle/bundle.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *at;
    size_t left;    /* with the NUL */
};

static void advance(struct text *t, int printed)
{
    size_t n = printed < 0 ? 0 : (size_t)printed < t->left ? (size_t)printed : t->left - 1;
    t->at += n;
    t->left -= n;
}

/* The reader asks for headers, and for the text of what has none. */
static int read_image(void *ctx, uint32_t offset, void *to, uint32_t length)
{
    size_t n = length;
    return package_load(ctx, "", offset, length, to, &n) == SECURITY_SUCCESS && n == length ? 0 : -1;
}

static void describe_sections(struct text *t, const char *name, uint32_t size)
{
    struct bundle_source source = { .read = read_image, .ctx = (void *)(uintptr_t)name, .size = size };
    struct bundle_reader reader;
    struct bundle_section s;
    bundle_open(&reader, &source, &bundle_app_rules);
    while (bundle_next(&reader, &s) == BUNDLE_OK) {
        advance(t, snprintf(t->at, t->left, "\nSection=0x%x %s%s%s file %u memory %u crc32 %08x", (unsigned)s.vaddr,
                            s.flags & BUNDLE_FLAG_READ ? "R" : "", s.flags & BUNDLE_FLAG_WRITE ? "W" : "",
                            s.flags & BUNDLE_FLAG_EXECUTE ? "X" : "", (unsigned)s.fsize, (unsigned)s.msize, (unsigned)s.crc32));
        if (s.flags & BUNDLE_FLAG_ENTRY) {
            advance(t, snprintf(t->at, t->left, "\nEntry=0x%x", (unsigned)s.entry));
        }
    }
}

/* The bundle's own text; false when it has none, or there is no such bundle (*error). */
static bool own_text(const char *name, char *out, size_t cap, int *error)
{
    const uint8_t *results;
    size_t n;
    core_begin(CORE_GET_MANIFEST);
    core_put_name(name);
    *error = result_of(core_ask(&results, &n));
    if (*error != SECURITY_SUCCESS || n == 0 || n >= cap) {
        return false;
    }
    memcpy(out, results, n);
    out[n] = '\0';
    return true;
}

static bool describe_model(struct text *t, const char *name, uint32_t index)
{
    char model[CORE_NAME_SIZE];
    uint32_t size;
    if (package_model(name, index, model, sizeof model, &size) != SECURITY_SUCCESS) {
        return false;
    }
    advance(t, snprintf(t->at, t->left, "\n[Model]\nModelId=%s\nSize=%u", model, (unsigned)size));
    return true;
}

int manifest_of(const char *name, char *out, size_t cap)
{
    struct text text = { out, cap };
    uint32_t size, models = 0;
    int error;
    if (own_text(name, out, cap, &error)) {
        return SECURITY_SUCCESS;
    }
    out[0] = '\0';
    if (error != SECURITY_SUCCESS && error != SECURITY_BUNDLE_NOT_FOUND) {
        return error;
    }
    advance(&text, snprintf(out, cap, "[Manifest]\nBundleId=%s", name));
    error = package_size(name, &size);
    if (error == SECURITY_SUCCESS) {
        advance(&text, snprintf(text.at, text.left, "\n[Application]\nSize=%u", (unsigned)size));
        describe_sections(&text, name, size);
    }
    while (models < CORE_PACKAGES && describe_model(&text, name, models)) {
        models++;
    }
    if (error != SECURITY_SUCCESS && models == 0) {
        out[0] = '\0';
        return error;
    }
    return SECURITY_SUCCESS;
}
