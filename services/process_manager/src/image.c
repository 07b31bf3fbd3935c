/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "image.h"
#include "backend.h"
#include <kata/crc32.h>
#include <process_manager.h>
#include <security_coordinator.h>
#include <string.h>

#define CHUNK 2048u             /* bytes per call; less than the connection's limit, and two make a page */

/* Those of SecurityRequestError that say something to a user; the rest is "unknown". */
int error_from_security(int error)
{
    static const uint8_t known[][2] = {
        { SECURITY_SUCCESS, PM_SUCCESS },
        { SECURITY_BUNDLE_ID_INVALID, PM_BUNDLE_ID_INVALID },
        { SECURITY_BUNDLE_NOT_FOUND, PM_BUNDLE_NOT_FOUND },
        { SECURITY_DELETE_FIRST, PM_BUNDLE_FOUND },
        { SECURITY_PACKAGE_BUFFER_LEN_INVALID, PM_PACKAGE_BUFFER_LEN_INVALID },
        { SECURITY_INSTALL_FAILED, PM_INSTALL_FAILED },
        { SECURITY_UNINSTALL_FAILED, PM_UNINSTALL_FAILED },
        { SECURITY_STORE_FULL, PM_STORE_FULL },
        { SECURITY_STORE_WORN, PM_STORE_WORN },
        { SECURITY_STORE_CORRUPT, PM_STORE_CORRUPT },
        { SECURITY_STORE_FAILED, PM_STORE_FAILED },
        { SECURITY_QUOTA_EXCEEDED, PM_TOO_MANY_PACKAGES },
        { SECURITY_BUSY, PM_BUSY },
        { SECURITY_NO_RANDOM, PM_NO_RANDOM },
        { SECURITY_NO_CORE, PM_NO_CORE },
        { SECURITY_CORE_RESTARTED, PM_CORE_RESTARTED },
    };
    if (error >= BUNDLE_ERROR_BASE)
        return error;
    if (error < 0)
        return PM_SERVICE_RESTARTED;
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i][0] == error)
            return known[i][1];
    return PM_UNKNOWN_ERROR;
}

static int read_stored(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    const struct image *image = ctx;
    uint8_t *to = buf;
    while (len > 0) {
        size_t n = len < CHUNK ? len : CHUNK;
        uint32_t wanted = (uint32_t)n;
        if (security_load_application(image->name, offset, wanted, to, &n) != 0 || n != wanted)
            return -1;
        to += wanted;
        offset += wanted;
        len -= wanted;
    }
    return 0;
}

static int read_manifest(struct image *image)
{
    const struct bundle_text *text = &image->info.manifest;
    manifest_defaults(&image->manifest);
    if (text->size == 0)
        return PM_SUCCESS;
    if (image->source.read(image->source.ctx, text->data, image->text, text->size) != 0)
        return BUNDLE_ERROR_BASE + BUNDLE_READ_FAILED;
    if (crc32_update(0, image->text, text->size) != text->crc32)
        return BUNDLE_ERROR_BASE + BUNDLE_BAD_CRC;
    return manifest_check(&image->manifest, image->text, text->size, image->name);
}

int image_open(struct image *image, const char *name)
{
    image->name = name;
    image->source = (struct bundle_source){ .read = read_stored, .ctx = image };
    int refused = security_size_buffer(name, &image->source.size);
    if (refused != 0)
        return error_from_security(refused);
    /* The headers are read once and kept: what is loaded later is what was checked here. */
    BundleError error = bundle_scan(&image->source, &bundle_app_rules, &image->info, image->sections);
    memset(image->crc, 0, sizeof image->crc);
    return error == BUNDLE_OK ? read_manifest(image) : BUNDLE_ERROR_BASE + (int)error;
}

/* The beginning of an image, as far as it has come. */
struct beginning {
    const uint8_t *bytes;
    size_t n;
};

static int read_beginning(void *ctx, uint32_t offset, void *to, uint32_t length)
{
    const struct beginning *beginning = ctx;
    if (offset > beginning->n || length > beginning->n - offset)
        return -1;
    memcpy(to, beginning->bytes + offset, length);
    return 0;
}

int image_check_beginning(struct image *image, const char *name, const uint8_t *bytes, size_t n, uint32_t size)
{
    struct beginning beginning = { bytes, n };
    struct bundle_section section;
    struct bundle_reader reader;
    enum bundle_kind kind;
    image->name = name;
    image->source = (struct bundle_source){ .read = read_beginning, .ctx = &beginning, .size = size };
    bundle_open(&reader, &image->source, &bundle_app_rules);
    while (bundle_step(&reader, &section, &kind) == BUNDLE_OK && kind != BUNDLE_IN_MEMORY)
        if (kind == BUNDLE_MANIFEST) {
            image->info.manifest = reader.manifest;
            int error = read_manifest(image);
            return MANIFEST_IS_ERROR(error) ? error : PM_SUCCESS;
        }
    return PM_SUCCESS;
}

static uint32_t count_tables(const struct image *image, const struct layout *layout, const struct model_paging *paging)
{
    uint32_t tables = 0;
    seL4_Word before = MODEL_NOTHING;
    for (uint32_t i = 0; i < image->info.sections; i++) {
        const struct bundle_section *s = &image->sections[i];
        tables += (uint32_t)model_tables_needed(paging, before, s->vaddr, s->vaddr + s->msize);
        before = s->vaddr + s->msize - 1;
    }
    tables += (uint32_t)model_tables_needed(paging, before, layout->stack, layout->stack_top);
    before = layout->stack_top - 1;
    return tables + (uint32_t)model_tables_needed(paging, before, layout->ipc_buffer, layout->ipc_buffer + BUNDLE_PAGE);
}

bool image_layout(const struct image *image, const struct model_paging *paging, struct layout *layout)
{
    uint32_t stack_pages = (image->manifest.stack + BUNDLE_PAGE - 1) / BUNDLE_PAGE;
    uint32_t room = bundle_app_rules.user_top - image->info.end;
    if (room / BUNDLE_PAGE < stack_pages + 4)   /* two guards, the buffer, and the guard below the heap */
        return false;
    layout->stack = image->info.end + BUNDLE_PAGE;
    layout->stack_top = layout->stack + stack_pages * BUNDLE_PAGE;
    layout->ipc_buffer = layout->stack_top + BUNDLE_PAGE;
    layout->heap = layout->ipc_buffer + 2 * BUNDLE_PAGE;
    layout->pages = image->info.pages + stack_pages;
    layout->tables = count_tables(image, layout, paging);
    return true;
}
