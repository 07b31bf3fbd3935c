/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "image.h"

#include <stdio.h>
#include <string.h>

/* Models live at fixed addresses of the vector core's windows, not in a process. */
static const struct bundle_rules model_rules[] = {
    { .type = BUNDLE_TYPE_SPRINGBOK_MODEL, .user_top = UINT32_MAX, .limit = UINT32_MAX, .max_memory = 16u << 20 },
    { .type = BUNDLE_TYPE_KELVIN_MODEL, .user_top = UINT32_MAX, .limit = UINT32_MAX, .max_memory = 16u << 20 },
};

static int read_package(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    return store_read(ctx, offset, buf, len) == len ? 0 : -1;
}

static struct bundle_source source_of(const struct package *p)
{
    return (struct bundle_source){ .read = read_package, .ctx = (void *)(uintptr_t)p, .size = p->size };
}

BundleError image_validate(const struct package *p)
{
    uint8_t scratch[256];
    struct bundle_source source = source_of(p);
    if (p->kind == SECURITY_APPLICATION) {
        return bundle_validate(&source, &bundle_app_rules, scratch, sizeof scratch, NULL);
    }
    BundleError error = bundle_validate(&source, &model_rules[0], scratch, sizeof scratch, NULL);
    return error == BUNDLE_WRONG_TYPE ? bundle_validate(&source, &model_rules[1], scratch, sizeof scratch, NULL) : error;
}

/* --- manifest --- */

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

static void describe_sections(struct text *t, const struct package *p)
{
    struct bundle_source source = source_of(p);
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

/* The bundle's own text, if it has one. */
static bool own_text(const char *name, char *out, size_t cap)
{
    const struct package *p = store_find(name, "");
    struct bundle_info info;
    if (p == NULL) {
        return false;
    }
    struct bundle_source source = source_of(p);
    if (bundle_scan(&source, &bundle_app_rules, &info) != BUNDLE_OK || info.manifest.size == 0 || info.manifest.size >= cap) {
        return false;
    }
    uint32_t n = store_read(p, info.manifest.data, out, info.manifest.size);
    out[n] = '\0';
    return true;
}

static bool describe(void *ctx, struct package *p)
{
    struct text *t = ctx;
    if (p->kind == SECURITY_MODEL) {
        advance(t, snprintf(t->at, t->left, "\n[Model]\nModelId=%s\nSize=%u", p->model, (unsigned)p->size));
    } else {
        advance(t, snprintf(t->at, t->left, "\n[Application]\nSize=%u", (unsigned)p->size));
        describe_sections(t, p);
    }
    return true;
}

bool image_manifest(const char *name, char *out, size_t cap)
{
    struct text text = { out, cap };
    if (own_text(name, out, cap)) {
        return true;
    }
    advance(&text, snprintf(out, cap, "[Manifest]\nBundleId=%s", name));
    return store_visit(name, describe, &text);
}
