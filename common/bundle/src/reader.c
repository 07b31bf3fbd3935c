/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Section after section: what can be said from headers alone. */
#include <bundle/bundle.h>

#define KNOWN_FLAGS (BUNDLE_RIGHTS | BUNDLE_FLAG_ENTRY | BUNDLE_FLAG_MORE)

enum { AT_MAGIC = 0, AT_VADDR = 8, AT_ENTRY = 16, AT_FLAGS = 24, AT_FSIZE = 28, AT_MSIZE = 32, AT_ALIGN = 36, AT_TYPE = 40, AT_CRC = 44 };

/* The stack (16 KiB at most here), its guards and the IPC buffer lie above the image. */
const struct bundle_rules bundle_app_rules = {
    .types = { BUNDLE_TYPE_APP, BUNDLE_TYPE_NONE, BUNDLE_TYPE_APP }, .user_top = 0x80000000u, .limit = 0x7fff0000u, .max_memory = 0x10000000u,
};
const struct bundle_rules bundle_model_rules = {
    .types = { BUNDLE_TYPE_SPRINGBOK_MODEL, BUNDLE_TYPE_KELVIN_MODEL, BUNDLE_TYPE_DATA_MODEL }, .user_top = 0x89000000u, .limit = 0x89000000u,
    .max_memory = 16u << 20,
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t page_down(uint32_t address)
{
    return address & ~(BUNDLE_PAGE - 1);
}

/* Only for addresses below user_top, where rounding up cannot wrap. */
static uint32_t page_up(uint32_t address)
{
    return page_down(address + BUNDLE_PAGE - 1);
}

void bundle_open(struct bundle_reader *reader, const struct bundle_source *source, const struct bundle_rules *rules)
{
    *reader = (struct bundle_reader){ .source = source, .rules = rules };
}

static bool all_zero(const uint8_t *bytes, uint32_t n)
{
    while (n != 0 && bytes[n - 1] == 0)
        n--;
    return n == 0;
}

/* Everything from reader->next on must be zero and less than a page. */
static BundleError check_padding(const struct bundle_reader *reader)
{
    const struct bundle_source *source = reader->source;
    if (source->size - reader->next >= BUNDLE_PAGE)
        return BUNDLE_TRAILING_GARBAGE;
    for (uint32_t at = reader->next; at < source->size;) {
        uint8_t bytes[32];
        uint32_t n = source->size - at < sizeof bytes ? source->size - at : (uint32_t)sizeof bytes;
        if (source->read(source->ctx, at, bytes, n) != 0)
            return BUNDLE_READ_FAILED;
        if (!all_zero(bytes, n))
            return BUNDLE_TRAILING_GARBAGE;
        at += n;
    }
    return BUNDLE_END;
}

static BundleError end_of_image(const struct bundle_reader *reader)
{
    if (reader->count == 0 && reader->manifest.size == 0 && reader->signature.size == 0)
        return BUNDLE_EMPTY;
    if (reader->flags & BUNDLE_FLAG_MORE)
        return BUNDLE_MISSING_SECTION;
    return check_padding(reader);
}

/* Bytes that are no header: behind an image known to be complete, or too few for a header, they are garbage. */
static BundleError not_magic(const struct bundle_reader *reader, uint32_t left)
{
    bool complete = reader->announced && !(reader->flags & BUNDLE_FLAG_MORE);
    bool rest = reader->count != 0 && !(reader->flags & BUNDLE_FLAG_MORE) && left < BUNDLE_HEADER_SIZE;
    return complete || rest ? BUNDLE_TRAILING_GARBAGE : BUNDLE_BAD_MAGIC;
}

static BundleError read_header(const struct bundle_reader *reader, uint8_t header[BUNDLE_HEADER_SIZE])
{
    static const uint8_t magic[8] = { 0x04, 0x05, 0x19, 0x57, 0x10, 0x14, 0x19, 0x55 };
    const struct bundle_source *source = reader->source;
    uint32_t left = source->size - reader->next;
    uint32_t n = left < BUNDLE_HEADER_SIZE ? left : BUNDLE_HEADER_SIZE;
    uint32_t n_magic = n < sizeof magic ? n : (uint32_t)sizeof magic;
    if (n == 0)
        return end_of_image(reader);
    if (source->read(source->ctx, reader->next, header, n) != 0)
        return BUNDLE_READ_FAILED;
    if (all_zero(header, n_magic))
        return end_of_image(reader);
    for (uint32_t i = 0; i < n_magic; i++)
        if (header[i] != magic[i])
            return not_magic(reader, left);
    return n < BUNDLE_HEADER_SIZE ? BUNDLE_TRUNCATED_HEADER : BUNDLE_OK;
}

static BundleError check_kind(const struct bundle_rules *rules, const uint8_t *header, const struct bundle_section *section)
{
    uint32_t type = be32(header + AT_TYPE), align = be32(header + AT_ALIGN);
    if (type != rules->types[0] && type != rules->types[1] && type != rules->types[2])
        return BUNDLE_WRONG_TYPE;
    if ((section->flags & ~KNOWN_FLAGS) != 0 || (section->flags & BUNDLE_RIGHTS) == 0)
        return BUNDLE_BAD_FLAGS;
    if ((section->flags & BUNDLE_FLAG_WRITE) && (section->flags & BUNDLE_FLAG_EXECUTE))
        return BUNDLE_WRITE_EXECUTE;
    if ((align & (align - 1)) != 0)
        return BUNDLE_BAD_ALIGNMENT;
    return BUNDLE_OK;
}

/* vaddr_high: the upper half of the 64-bit field. */
static BundleError check_range(const struct bundle_rules *rules, uint32_t vaddr_high, const struct bundle_section *section)
{
    if (section->msize < section->fsize)
        return BUNDLE_MEMORY_SMALLER;
    if (section->vaddr + section->msize < section->vaddr)
        return BUNDLE_WRAPS;
    if (vaddr_high != 0 || section->vaddr >= rules->user_top)
        return BUNDLE_KERNEL_ADDRESS;
    if (section->msize == 0 || section->msize > rules->max_memory)
        return BUNDLE_ABSURD_SIZE;
    if (section->vaddr + section->msize > rules->user_top)
        return BUNDLE_KERNEL_ADDRESS;
    if (section->vaddr + section->msize > rules->limit)
        return BUNDLE_OUTSIDE_USER;
    if (section->vaddr < BUNDLE_PAGE)
        return BUNDLE_ZERO_PAGE;
    return BUNDLE_OK;
}

/* Order against the section before. A page that both touch is legal only if both want the same rights. */
static BundleError check_order(const struct bundle_reader *reader, const struct bundle_section *section)
{
    if (reader->count == 0)
        return BUNDLE_OK;
    if (section->vaddr < reader->last)
        return BUNDLE_UNSORTED;
    if (section->vaddr < reader->end)
        return BUNDLE_OVERLAP;
    if (section->vaddr < page_up(reader->end) && ((section->flags ^ reader->flags) & BUNDLE_RIGHTS) != 0)
        return BUNDLE_SHARED_PAGE;
    return BUNDLE_OK;
}

static BundleError account(struct bundle_reader *reader, const struct bundle_section *section)
{
    uint32_t first = page_down(section->vaddr), end = section->vaddr + section->msize;
    if (reader->count != 0 && first < page_up(reader->end))
        first += BUNDLE_PAGE;
    if (page_up(end) > first)
        reader->memory += page_up(end) - first;
    if (reader->memory > reader->rules->max_memory)
        return BUNDLE_ABSURD_SIZE;
    reader->end = end;
    reader->last = section->vaddr;
    reader->flags = section->flags;
    reader->announced |= (section->flags & BUNDLE_FLAG_MORE) != 0;
    reader->count++;
    reader->next = section->data + section->fsize;
    return BUNDLE_OK;
}

/* Sections before those with memory: what would be addresses must be zero. */
static bool is_plain(const uint8_t *header)
{
    return all_zero(header + AT_VADDR, AT_FLAGS - AT_VADDR) && be32(header + AT_MSIZE) == 0 && be32(header + AT_FLAGS) == BUNDLE_FLAG_MORE;
}

static BundleError note(struct bundle_reader *reader, const uint8_t *header, struct bundle_text *text, struct bundle_section *section)
{
    uint32_t data = reader->next + BUNDLE_HEADER_SIZE, size = be32(header + AT_FSIZE);
    if (size > reader->source->size - data)
        return BUNDLE_TRUNCATED_DATA;
    *text = (struct bundle_text){ .data = data, .size = size, .crc32 = be32(header + AT_CRC) };
    *section = (struct bundle_section){ .flags = BUNDLE_FLAG_MORE, .fsize = size, .crc32 = text->crc32, .data = data };
    reader->announced = true;
    reader->flags = BUNDLE_FLAG_MORE;
    reader->next = data + size;
    return BUNDLE_OK;
}

static BundleError note_manifest(struct bundle_reader *reader, const uint8_t *header, struct bundle_section *section)
{
    uint32_t size = be32(header + AT_FSIZE);
    if (!is_plain(header) || reader->count != 0 || reader->manifest.size != 0 || size == 0 || size > BUNDLE_MANIFEST_MAX)
        return BUNDLE_BAD_MANIFEST;
    return note(reader, header, &reader->manifest, section);
}

static BundleError note_signature(struct bundle_reader *reader, const uint8_t *header, struct bundle_section *section)
{
    uint32_t size = be32(header + AT_FSIZE);
    if (!is_plain(header) || be32(header + AT_ALIGN) != 0 || reader->next != 0 || size < BUNDLE_SIGNATURE_SIZE(1)
        || size > BUNDLE_SIGNATURE_SIZE(BUNDLE_HASHES_MAX))
        return BUNDLE_BAD_SIGNATURE_SECTION;
    return note(reader, header, &reader->signature, section);
}

static BundleError take_section(struct bundle_reader *reader, const uint8_t *header, struct bundle_section *section)
{
    BundleError error;
    if (reader->count == BUNDLE_MAX_SECTIONS)
        return BUNDLE_TOO_MANY_SECTIONS;
    *section = (struct bundle_section){
        .vaddr = be32(header + AT_VADDR + 4), .entry = be32(header + AT_ENTRY + 4), .flags = be32(header + AT_FLAGS),
        .fsize = be32(header + AT_FSIZE), .msize = be32(header + AT_MSIZE), .type = be32(header + AT_TYPE), .crc32 = be32(header + AT_CRC),
        .data = reader->next + BUNDLE_HEADER_SIZE,
    };
    if ((error = check_kind(reader->rules, header, section)) != BUNDLE_OK)
        return error;
    if ((error = check_range(reader->rules, be32(header + AT_VADDR), section)) != BUNDLE_OK)
        return error;
    if ((error = check_order(reader, section)) != BUNDLE_OK)
        return error;
    if (section->fsize > reader->source->size - section->data)
        return BUNDLE_TRUNCATED_DATA;
    if ((section->flags & BUNDLE_FLAG_ENTRY) && be32(header + AT_ENTRY) != 0)
        return BUNDLE_ENTRY_OUTSIDE_TEXT;
    return account(reader, section);
}

static enum bundle_kind kind_of(const struct bundle_rules *rules, const uint8_t *header)
{
    uint32_t type = be32(header + AT_TYPE);
    if (type == BUNDLE_TYPE_SIGNATURE)
        return BUNDLE_SIGNATURE;
    return rules->types[0] == BUNDLE_TYPE_APP && type == BUNDLE_TYPE_MANIFEST ? BUNDLE_MANIFEST : BUNDLE_IN_MEMORY;
}

BundleError bundle_step(struct bundle_reader *reader, struct bundle_section *section, enum bundle_kind *kind)
{
    uint8_t header[BUNDLE_HEADER_SIZE];
    BundleError error = read_header(reader, header);
    if (error != BUNDLE_OK)
        return error;
    *kind = kind_of(reader->rules, header);
    switch (*kind) {
    case BUNDLE_SIGNATURE:
        return note_signature(reader, header, section);
    case BUNDLE_MANIFEST:
        return note_manifest(reader, header, section);
    default:
        return take_section(reader, header, section);
    }
}

BundleError bundle_next(struct bundle_reader *reader, struct bundle_section *section)
{
    enum bundle_kind kind;
    BundleError error;
    do
        error = bundle_step(reader, section, &kind);
    while (error == BUNDLE_OK && kind != BUNDLE_IN_MEMORY);
    return error;
}
