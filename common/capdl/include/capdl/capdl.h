/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/*
 * The compact capDL specification: what the composer writes and the rootserver reads.
 *
 * One block of bytes, little endian, fields naturally aligned, in this order:
 *
 *   struct capdl_header
 *   struct capdl_object[object_count]   runs of equal objects (an array of frames is one run)
 *   struct capdl_cap[cap_count]         the contents of CNodes, page tables, TCBs and interrupts
 *   struct capdl_tcb[tcb_count]
 *   struct capdl_sc[sc_count]
 *   names                               NUL-terminated, for messages only
 *
 * Objects that have to be made from untyped memory are numbered ("id") in the order of their runs; the rootserver puts
 * object `id` into its slot `first free + id`. Runs stand in falling order of object size, device frames in rising
 * order of address, so that memory is cut without gaps. Runs with CAPDL_BOOT (made by the kernel) or CAPDL_IMAGE
 * (pages of the boot image) have no ids: their caps are in known slots already.
 *
 * Addresses are 32 bits: components live below 4 GiB on every machine; device memory is given by page number.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPDL_MAGIC 0x4c44434bu /* "KCDL" */
#define CAPDL_VERSION 1u
#define CAPDL_WORD_BITS (8 * sizeof(uintptr_t)) /* of this machine */

enum capdl_type {
    CAPDL_ENDPOINT = 1,
    CAPDL_NOTIFICATION,
    CAPDL_TCB,           /* contents: enum capdl_tcb_slot; data: index of its capdl_tcb */
    CAPDL_CNODE,         /* contents: slots; size_bits: radix */
    CAPDL_UNTYPED,       /* size_bits: log2 of its bytes */
    CAPDL_SCHED_CONTEXT, /* size_bits: log2 of its bytes; data: index of its capdl_sc */
    CAPDL_RT_REPLY,
    CAPDL_FRAME,         /* size_bits 12, or of large pages. CAPDL_IMAGE: data = page of the boot image; CAPDL_DEVICE: data = physical page */
    CAPDL_PAGE_TABLE,    /* contents: indices of frames and tables; CAPDL_VSPACE: it is the root */
    CAPDL_ASID_POOL,     /* CAPDL_BOOT: the initial pool, otherwise a new one */
    CAPDL_INTERRUPT,     /* data: number | CAPDL_EDGE; contents: slot 0 = the notification it signals */
    CAPDL_SCHED_CONTROL, /* CAPDL_BOOT only; data: core */
    CAPDL_IRQ_CONTROL,   /* CAPDL_BOOT only */
    CAPDL_ASID_CONTROL,  /* CAPDL_BOOT only */
    CAPDL_DOMAIN,        /* CAPDL_BOOT only */
    CAPDL_TYPE_END
};

enum capdl_object_flags {
    CAPDL_BOOT = 1u << 0,   /* the kernel made it: boot CNode, boot VSpace and its tables (data: which), bootinfo frame ... */
    CAPDL_IMAGE = 1u << 1,  /* frame: in place in the boot image */
    CAPDL_DEVICE = 1u << 2, /* frame: device memory */
    CAPDL_VSPACE = 1u << 3, /* page table: root of an address space, gets an ASID */
};

#define CAPDL_EDGE 0x80000000u /* interrupt: edge triggered */

enum capdl_tcb_slot {
    CAPDL_TCB_CSPACE, /* data: guard word */
    CAPDL_TCB_VSPACE,
    CAPDL_TCB_IPC_BUFFER,
    CAPDL_TCB_SCHED_CONTEXT,
    CAPDL_TCB_BOUND_NOTIFICATION,
    CAPDL_TCB_FAULT_ENDPOINT,   /* rights and badge as in a CNode */
    CAPDL_TCB_TIMEOUT_ENDPOINT, /* likewise */
    CAPDL_TCB_SLOTS
};

enum capdl_cap_flags {
    /* low four bits: rights as in seL4_CapRights: Write 1, Read 2, Grant 4, GrantReply 8 */
    CAPDL_RIGHTS_MASK = 0x0f,
    CAPDL_EXECUTE = 0x10, /* mapping: executable */
    CAPDL_COPY = 0x20,    /* mapping: the frame is mapped elsewhere too, this mapping gets a copy of its cap */
};

struct capdl_header {
    uint32_t magic;
    uint16_t version;
    uint8_t word_bits; /* 32 or 64: page table shape and guard words are of this machine */
    uint8_t reserved;
    uint32_t total_bytes; /* of the whole specification, header included */
    uint32_t crc32;       /* CRC-32 (IEEE) of all bytes behind this field */
    uint16_t object_count;
    uint16_t cap_count;
    uint16_t tcb_count;
    uint16_t sc_count;
    uint32_t names_bytes;
    uint16_t id_count;    /* objects to create */
    uint16_t image_first; /* first page of the boot image that belongs to a component: the pages before die with the rootserver */
};

struct capdl_object {
    uint8_t type;      /* enum capdl_type */
    uint8_t size_bits; /* where the type has a size */
    uint16_t flags;    /* enum capdl_object_flags */
    uint16_t count;    /* objects in this run, >= 1 */
    uint16_t first_id; /* id of the first one; 0 for runs without ids */
    uint16_t caps_first;
    uint16_t caps_count; /* contents; only runs of one object have any */
    uint32_t data;
    uint32_t name; /* offset into the names */
};

struct capdl_cap {
    uint16_t slot;   /* in the CNode, index in the page table, enum capdl_tcb_slot */
    uint16_t object; /* index of a run */
    uint16_t offset; /* first object of that run */
    uint8_t count;   /* this many consecutive objects into consecutive slots */
    uint8_t flags;   /* enum capdl_cap_flags */
    uint32_t data;   /* badge or guard word */
};

struct capdl_tcb {
    uint32_t pc;
    uint32_t sp;
    uint32_t arg;        /* first argument register */
    uint32_t ipc_buffer; /* address in its VSpace */
    uint8_t priority;
    uint8_t max_priority;
    uint8_t resume; /* 0: built, but left inactive */
    uint8_t reserved;
};

struct capdl_sc {
    uint32_t budget_us;
    uint32_t period_us;
    uint32_t badge;
    uint16_t extra_refills;
    uint16_t flags; /* seL4_SchedContextFlag */
};

_Static_assert(sizeof(struct capdl_header) == 32, "written by tools/composer/spec_binary.py");
_Static_assert(sizeof(struct capdl_object) == 20, "written by tools/composer/spec_binary.py");
_Static_assert(sizeof(struct capdl_cap) == 12, "written by tools/composer/spec_binary.py");
_Static_assert(sizeof(struct capdl_tcb) == 20, "written by tools/composer/spec_binary.py");
_Static_assert(sizeof(struct capdl_sc) == 16, "written by tools/composer/spec_binary.py");

/* An opened specification. The tables point into the caller's bytes, which must stay. */
struct capdl_spec {
    const struct capdl_header *header;
    const struct capdl_object *objects;
    const struct capdl_cap *caps;
    const struct capdl_tcb *tcbs;
    const struct capdl_sc *scs;
    const char *names;
};

enum capdl_error {
    CAPDL_OK,
    CAPDL_TRUNCATED,   /* shorter than it says */
    CAPDL_BAD_MAGIC,
    CAPDL_BAD_VERSION, /* other version or word size */
    CAPDL_BAD_CRC,
    CAPDL_BAD_LAYOUT,  /* tables do not fill the specification exactly */
    CAPDL_BAD_OBJECT,  /* unknown type, wrong flags, range or numbering */
    CAPDL_BAD_CAP,     /* refers to nothing, or to what does not belong there */
};

/*
 * Checks every field of the specification at `bytes` (word aligned, at most `size` bytes long) and opens it. After CAPDL_OK
 * all indices in it are in range, so that users need not check them again. On an error *bad is the index of the
 * object or cap that is wrong, otherwise it is untouched.
 */
enum capdl_error capdl_open(struct capdl_spec *spec, const void *bytes, size_t size, unsigned *bad);

/* Name of an object run, for messages. */
const char *capdl_name(const struct capdl_spec *spec, const struct capdl_object *object);

/* The content cap in `slot` of the object (a TCB or interrupt), or NULL. */
const struct capdl_cap *capdl_content(const struct capdl_spec *spec, const struct capdl_object *object, unsigned slot);

/* True if the objects of this run are to be created (have ids). */
static inline bool capdl_has_ids(const struct capdl_object *object)
{
    return !(object->flags & (CAPDL_BOOT | CAPDL_IMAGE));
}
