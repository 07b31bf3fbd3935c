/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Opening and checking a capDL specification. It comes out of our own build, but a wrong one must be named, not obeyed. */

#include <capdl/capdl.h>
#include <kata/crc32.h>

/* Types of which the kernel hands out one at boot. */
static bool boot_type(unsigned type)
{
    return type == CAPDL_CNODE || type == CAPDL_PAGE_TABLE || type == CAPDL_FRAME || type >= CAPDL_ASID_POOL;
}

static bool holds_caps(unsigned type)
{
    return type == CAPDL_CNODE || type == CAPDL_PAGE_TABLE || type == CAPDL_TCB || type == CAPDL_INTERRUPT;
}

static bool object_flags_ok(const struct capdl_object *object)
{
    unsigned kind = object->flags & (CAPDL_BOOT | CAPDL_IMAGE | CAPDL_DEVICE);
    if ((kind & (kind - 1)) != 0) {
        return false; /* at most one of them */
    }
    if ((kind & (CAPDL_IMAGE | CAPDL_DEVICE)) && object->type != CAPDL_FRAME) {
        return false;
    }
    if (kind == CAPDL_BOOT && (!boot_type(object->type) || object->type == CAPDL_INTERRUPT)) {
        return false;
    }
    if (kind != CAPDL_BOOT && object->type >= CAPDL_SCHED_CONTROL) {
        return false;
    }
    return !(object->flags & CAPDL_VSPACE) || object->type == CAPDL_PAGE_TABLE;
}

static bool object_data_ok(const struct capdl_header *header, const struct capdl_object *object)
{
    switch (object->type) {
    case CAPDL_TCB:
        return object->data < header->tcb_count && object->count == 1;
    case CAPDL_SCHED_CONTEXT:
        return object->data < header->sc_count && object->count == 1 && object->size_bits >= 7 && object->size_bits < 20;
    case CAPDL_CNODE:
        return object->size_bits >= 1 && object->size_bits <= 16;
    case CAPDL_UNTYPED:
        return object->size_bits >= 4 && object->size_bits < header->word_bits;
    case CAPDL_FRAME:
        return (object->size_bits == 12 || ((object->flags & CAPDL_DEVICE) && object->size_bits == (header->word_bits == 32 ? 22 : 21)))
            && object->data <= UINT32_MAX - object->count;
    case CAPDL_INTERRUPT:
        return object->count == 1 && (object->data & ~CAPDL_EDGE) != 0;
    default:
        return true;
    }
}

static bool object_ok(const struct capdl_header *header, const struct capdl_object *object, unsigned next_id)
{
    if (object->type == 0 || object->type >= CAPDL_TYPE_END || object->count == 0) {
        return false;
    }
    if (object->caps_first > header->cap_count || object->caps_count > header->cap_count - object->caps_first) {
        return false;
    }
    if (object->caps_count && (object->count != 1 || !holds_caps(object->type))) {
        return false;
    }
    if (object->first_id != (capdl_has_ids(object) ? next_id : 0) || object->name >= header->names_bytes) {
        return false;
    }
    return object_flags_ok(object) && object_data_ok(header, object);
}

static bool tcb_slot_holds(unsigned slot, unsigned type)
{
    static const uint8_t expected[CAPDL_TCB_SLOTS] = {
        [CAPDL_TCB_CSPACE] = CAPDL_CNODE,
        [CAPDL_TCB_VSPACE] = CAPDL_PAGE_TABLE,
        [CAPDL_TCB_IPC_BUFFER] = CAPDL_FRAME,
        [CAPDL_TCB_SCHED_CONTEXT] = CAPDL_SCHED_CONTEXT,
        [CAPDL_TCB_BOUND_NOTIFICATION] = CAPDL_NOTIFICATION,
        [CAPDL_TCB_FAULT_ENDPOINT] = CAPDL_ENDPOINT,
        [CAPDL_TCB_TIMEOUT_ENDPOINT] = CAPDL_ENDPOINT,
    };
    return slot < CAPDL_TCB_SLOTS && expected[slot] == type;
}

/* Does the cap fit into that slot of its holder? `type`: of the object it refers to. */
static bool content_ok(const struct capdl_header *header, const struct capdl_object *holder, const struct capdl_cap *cap, unsigned type)
{
    uint32_t end = (uint32_t)cap->slot + cap->count;
    switch (holder->type) {
    case CAPDL_CNODE:
        return end <= 1u << holder->size_bits;
    case CAPDL_PAGE_TABLE:
        return end <= (header->word_bits == 32 ? 1024u : 512u) && (type == CAPDL_FRAME || type == CAPDL_PAGE_TABLE);
    case CAPDL_TCB:
        return cap->count == 1 && tcb_slot_holds(cap->slot, type);
    default: /* CAPDL_INTERRUPT */
        return cap->count == 1 && cap->slot == 0 && type == CAPDL_NOTIFICATION;
    }
}

static bool cap_ok(const struct capdl_spec *spec, const struct capdl_object *holder, const struct capdl_cap *cap)
{
    const struct capdl_header *header = spec->header;
    if (cap->object >= header->object_count || cap->count == 0) {
        return false;
    }
    const struct capdl_object *target = &spec->objects[cap->object];
    if ((uint32_t)cap->offset + cap->count > target->count) {
        return false;
    }
    return content_ok(header, holder, cap, target->type);
}

static enum capdl_error check_objects(const struct capdl_spec *spec, unsigned *bad)
{
    unsigned next_id = 0;
    for (unsigned i = 0; i < spec->header->object_count; i++) {
        const struct capdl_object *object = &spec->objects[i];
        *bad = i;
        if (!object_ok(spec->header, object, next_id)) {
            return CAPDL_BAD_OBJECT;
        }
        if (capdl_has_ids(object)) {
            next_id += object->count;
        }
    }
    return next_id == spec->header->id_count ? CAPDL_OK : CAPDL_BAD_OBJECT;
}

static enum capdl_error check_caps(const struct capdl_spec *spec, unsigned *bad)
{
    for (unsigned i = 0; i < spec->header->object_count; i++) {
        const struct capdl_object *holder = &spec->objects[i];
        for (unsigned c = holder->caps_first; c < (unsigned)holder->caps_first + holder->caps_count; c++) {
            if (!cap_ok(spec, holder, &spec->caps[c])) {
                *bad = c;
                return CAPDL_BAD_CAP;
            }
        }
    }
    return CAPDL_OK;
}

/* Lays the tables behind each other; true if they and the names end where the specification ends. */
static bool lay_out(struct capdl_spec *spec)
{
    const struct capdl_header *header = spec->header;
    spec->objects = (const struct capdl_object *)(header + 1);
    spec->caps = (const struct capdl_cap *)(spec->objects + header->object_count);
    spec->tcbs = (const struct capdl_tcb *)(spec->caps + header->cap_count);
    spec->scs = (const struct capdl_sc *)(spec->tcbs + header->tcb_count);
    spec->names = (const char *)(spec->scs + header->sc_count);
    size_t tables = (size_t)(spec->names - (const char *)header);
    if (tables > header->total_bytes || header->total_bytes - tables != header->names_bytes) {
        return false;
    }
    return header->names_bytes > 0 && spec->names[header->names_bytes - 1] == '\0';
}

enum capdl_error capdl_open(struct capdl_spec *spec, const void *bytes, size_t size, unsigned *bad)
{
    const struct capdl_header *header = bytes;
    if (size < sizeof(*header)) {
        return CAPDL_TRUNCATED;
    }
    if (header->magic != CAPDL_MAGIC) {
        return CAPDL_BAD_MAGIC;
    }
    if (header->version != CAPDL_VERSION || header->word_bits != CAPDL_WORD_BITS) {
        return CAPDL_BAD_VERSION;
    }
    if (header->total_bytes > size || header->total_bytes < sizeof(*header)) {
        return CAPDL_TRUNCATED;
    }
    size_t covered = offsetof(struct capdl_header, object_count);
    if (crc32_update(0, (const uint8_t *)bytes + covered, header->total_bytes - covered) != header->crc32) {
        return CAPDL_BAD_CRC;
    }
    spec->header = header;
    if (!lay_out(spec)) {
        return CAPDL_BAD_LAYOUT;
    }
    unsigned where = 0;
    enum capdl_error error = check_objects(spec, &where);
    if (error == CAPDL_OK) {
        error = check_caps(spec, &where);
    }
    if (error != CAPDL_OK) {
        *bad = where;
    }
    return error;
}

const char *capdl_name(const struct capdl_spec *spec, const struct capdl_object *object)
{
    return spec->names + object->name;
}

const struct capdl_cap *capdl_content(const struct capdl_spec *spec, const struct capdl_object *object, unsigned slot)
{
    for (unsigned i = 0; i < object->caps_count; i++) {
        const struct capdl_cap *cap = &spec->caps[object->caps_first + i];
        if (cap->slot == slot) {
            return cap;
        }
    }
    return NULL;
}
