/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* From sections to pages. Sections are sorted and do not overlap (bundle_next has checked it), but two with the same rights
 * may share a page. */
#include "image.h"
#include <kata/crc32.h>
#include <process_manager.h>

/* The part [*from, *to) of a section's data that lies in the page at vaddr, as offsets into the data. */
static bool data_in_page(const struct bundle_section *s, uint32_t vaddr, uint32_t *from, uint32_t *to)
{
    *from = vaddr > s->vaddr ? vaddr - s->vaddr : 0;
    *to = vaddr + BUNDLE_PAGE > s->vaddr ? vaddr + BUNDLE_PAGE - s->vaddr : 0;
    if (*to > s->fsize)
        *to = s->fsize;
    return *from < *to;
}

static BundleError fill(struct image *image, uint32_t i, uint32_t vaddr, uint8_t *page)
{
    const struct bundle_section *s = &image->sections[i];
    uint32_t from, to;
    if (!data_in_page(s, vaddr, &from, &to))
        return BUNDLE_OK;
    uint8_t *at = page + (s->vaddr + from - vaddr);
    if (image->source.read(image->source.ctx, s->data + from, at, to - from) != 0)
        return BUNDLE_READ_FAILED;
    image->crc[i] = crc32_update(image->crc[i], at, to - from);
    return BUNDLE_OK;
}

/* Index behind the last section that begins in or before the page. */
static uint32_t sections_until(const struct image *image, uint32_t i, uint32_t vaddr)
{
    while (i < image->info.sections && image->sections[i].vaddr < vaddr + BUNDLE_PAGE)
        i++;
    return i;
}

static int load_page(struct image *image, uint32_t first, uint32_t vaddr, const struct load_target *target)
{
    uint32_t behind = sections_until(image, first, vaddr), from, to;
    uint8_t *page = NULL;
    for (uint32_t i = first; i < behind; i++) {
        if (!data_in_page(&image->sections[i], vaddr, &from, &to))
            continue;
        if (page == NULL && (page = target->open(target->ctx)) == NULL)
            return PM_START_FAILED;
        BundleError error = fill(image, i, vaddr, page);
        if (error != BUNDLE_OK)
            return BUNDLE_ERROR_BASE + (int)error;
    }
    uint32_t rights = image->sections[first].flags & BUNDLE_RIGHTS;
    return target->place(target->ctx, vaddr, rights) ? PM_SUCCESS : PM_START_FAILED;
}

int image_load(struct image *image, const struct load_target *target)
{
    uint32_t next = 0;          /* first page that is not loaded yet */
    for (uint32_t i = 0; i < image->info.sections; i++) {
        const struct bundle_section *section = &image->sections[i];
        uint32_t vaddr = section->vaddr & ~(BUNDLE_PAGE - 1), end = section->vaddr + section->msize;
        if (vaddr < next)
            vaddr = next;
        for (; vaddr < end; vaddr += BUNDLE_PAGE) {
            int error = load_page(image, i, vaddr, target);
            if (error != PM_SUCCESS)
                return error;
            next = vaddr + BUNDLE_PAGE;
        }
        if (image->crc[i] != section->crc32)
            return BUNDLE_ERROR_BASE + BUNDLE_BAD_CRC;
    }
    return PM_SUCCESS;
}
