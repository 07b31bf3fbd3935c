/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The whole image: CRCs, and what only the sum of the sections shows. */
#include <bundle/bundle.h>
#include <kata/crc32.h>

static BundleError check_crc(const struct bundle_source *source, struct bundle_text bytes, void *scratch, uint32_t scratch_size)
{
    uint32_t crc = 0;
    for (uint32_t done = 0; done < bytes.size;) {
        uint32_t n = bytes.size - done < scratch_size ? bytes.size - done : scratch_size;
        if (source->read(source->ctx, bytes.data + done, scratch, n) != 0)
            return BUNDLE_READ_FAILED;
        crc = crc32_update(crc, scratch, n);
        done += n;
    }
    return crc == bytes.crc32 ? BUNDLE_OK : BUNDLE_BAD_CRC;
}

void bundle_sum_add(struct bundle_sum *sum, const struct bundle_section *section)
{
    sum->sections++;
    sum->flags |= section->flags;
    sum->is_data |= section->type == BUNDLE_TYPE_DATA_MODEL;
    if (section->flags & BUNDLE_FLAG_ENTRY) {
        sum->entry = section->entry;
        sum->entries++;
    }
    if ((section->flags & BUNDLE_FLAG_EXECUTE) && sum->texts < BUNDLE_MAX_SECTIONS) {
        sum->text[sum->texts].vaddr = section->vaddr;
        sum->text[sum->texts++].size = section->fsize;
    }
}

/* The entry point may be named by any section. */
static BundleError check_entry(const struct bundle_sum *sum)
{
    for (uint32_t i = 0; i < sum->texts; i++)
        if (sum->entry >= sum->text[i].vaddr && sum->entry - sum->text[i].vaddr < sum->text[i].size)
            return (sum->entry & 1) != 0 ? BUNDLE_ENTRY_MISALIGNED : BUNDLE_OK;
    return BUNDLE_ENTRY_OUTSIDE_TEXT;
}

static BundleError check_data(const struct bundle_sum *sum)
{
    if ((sum->flags & (BUNDLE_RIGHTS | BUNDLE_FLAG_ENTRY)) != BUNDLE_FLAG_READ)
        return BUNDLE_BAD_FLAGS;
    return sum->sections == 1 ? BUNDLE_OK : BUNDLE_TOO_MANY_SECTIONS;
}

BundleError bundle_sum_check(const struct bundle_sum *sum)
{
    if (sum->is_data)
        return check_data(sum);
    if ((sum->flags & BUNDLE_FLAG_EXECUTE) == 0)
        return BUNDLE_NO_TEXT;
    if (sum->entries != 1)
        return sum->entries == 0 ? BUNDLE_NO_ENTRY : BUNDLE_DUPLICATE_ENTRY;
    return check_entry(sum);
}

/* All headers; *error is set when they end as they should not. */
static struct bundle_info walk(struct bundle_reader *reader, struct bundle_sum *sum, struct bundle_section *sections, BundleError *error)
{
    struct bundle_section section;
    struct bundle_info info = { 0 };
    while ((*error = bundle_next(reader, &section)) == BUNDLE_OK) {
        if (sum->sections == 0)
            info.lowest = section.vaddr & ~(BUNDLE_PAGE - 1);
        if (sections != NULL)
            sections[sum->sections] = section;
        bundle_sum_add(sum, &section);
    }
    info.sections = sum->sections;
    info.entry = sum->entry;
    info.end = (reader->end + BUNDLE_PAGE - 1) & ~(BUNDLE_PAGE - 1);
    info.pages = reader->memory / BUNDLE_PAGE;
    info.signature = reader->signature;
    info.manifest = reader->manifest;
    return info;
}

/* A signature for just these sections? Format and count are all that is looked at: the rest needs keys. */
static BundleError check_signature(const struct bundle_source *source, const struct bundle_info *info)
{
    uint32_t hashes = info->sections + (info->manifest.size != 0 ? 1u : 0u);
    const uint8_t expected[8] = { 0, 0, 0, BUNDLE_SIGNATURE_FORMAT, 0, 0, 0, (uint8_t)hashes };
    uint8_t found[8];
    if (info->signature.size == 0)
        return BUNDLE_OK;
    if (source->read(source->ctx, info->signature.data + BUNDLE_SIGNATURE_AT_FORMAT, found, 4) != 0
        || source->read(source->ctx, info->signature.data + BUNDLE_SIGNATURE_AT_HASHES, found + 4, 4) != 0)
        return BUNDLE_READ_FAILED;
    for (uint32_t i = 0; i < sizeof found; i++)
        if (found[i] != expected[i])
            return BUNDLE_BAD_SIGNATURE_SECTION;
    return info->signature.size == BUNDLE_SIGNATURE_SIZE(hashes) ? BUNDLE_OK : BUNDLE_BAD_SIGNATURE_SECTION;
}

BundleError bundle_scan(const struct bundle_source *source, const struct bundle_rules *rules, struct bundle_info *info,
                        struct bundle_section *sections)
{
    struct bundle_reader reader;
    struct bundle_sum sum = { 0 };
    BundleError error;
    bundle_open(&reader, source, rules);
    *info = walk(&reader, &sum, sections, &error);
    if (error != BUNDLE_END)
        return error;
    error = check_signature(source, info);
    return error != BUNDLE_OK ? error : bundle_sum_check(&sum);
}

BundleError bundle_validate(const struct bundle_source *source, const struct bundle_rules *rules,
                            void *scratch, uint32_t scratch_size, struct bundle_info *info)
{
    struct bundle_reader reader;
    struct bundle_section section;
    struct bundle_info unused;
    info = info != NULL ? info : &unused;
    BundleError error = bundle_scan(source, rules, info, NULL);
    if (error == BUNDLE_OK)
        error = check_crc(source, info->signature, scratch, scratch_size);
    if (error == BUNDLE_OK)
        error = check_crc(source, info->manifest, scratch, scratch_size);
    if (error != BUNDLE_OK)
        return error;
    bundle_open(&reader, source, rules);
    while ((error = bundle_next(&reader, &section)) == BUNDLE_OK)
        if ((error = check_crc(source, (struct bundle_text){ section.data, section.fsize, section.crc32 }, scratch, scratch_size))
            != BUNDLE_OK)
            return error;
    return error == BUNDLE_END ? BUNDLE_OK : error;
}
