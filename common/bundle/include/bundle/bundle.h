/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The bundle image: one file = one application or model, a sequence of sections without an outer frame.
 *
 *   section := header (48 bytes, big-endian) data (fsize bytes)
 *   offset  0 u64 magic    8 u64 vaddr   16 u64 entry   24 u32 flags   28 u32 fsize
 *          32 u32 msize   36 u32 align   40 u32 type    44 u32 crc32 of the data
 *
 * An application's image may begin with a section of type BUNDLE_TYPE_MANIFEST: a text (common/manifest) that takes no memory; its
 * vaddr, entry and msize are 0, and BUNDLE_FLAG_MORE is its only flag.
 *
 * Before that, an image may begin with a section of type BUNDLE_TYPE_SIGNATURE: who vouches for it, as what, and for which bytes. It takes
 * no memory; vaddr, entry, msize and align are 0, and BUNDLE_FLAG_MORE is its only flag. Its data, numbers big-endian:
 *
 *   offset  0 u32 format, 1    4 u32 version: a bundle is never replaced by a lower one    8 u8[8] first bytes of SHA-256 of the public key
 *          16 char[64] name that it may be installed as, padded with zeros, at least one    80 u32 n
 *          84 n times 32 bytes: SHA-256 of each section that follows, header and data, in order
 *          84 + 32n  64 bytes: ECDSA signature on P-256, r || s, of SHA-256 of the text "KataOS bundle signature", a zero, and all above
 *
 * The reader passes over it. What it says is checked where the keys are (firmware/security_core/package).
 *
 * The image ends with its last byte, or with zero padding of less than a page (a zero magic ends an image). A section with
 * BUNDLE_FLAG_MORE promises that another one follows, so that an image cut between two sections is recognised; images
 * of packers that do not know the flag are accepted without that protection.
 *
 * The reader pulls the image through a callback, keeps no more than one section header, and can start again at any time:
 * the same code validates a stored image, a received one, and one that is being loaded. It trusts nothing in the image
 * and assumes nothing about the callback except that it fills the buffer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUNDLE_HEADER_SIZE   48u
#define BUNDLE_MAGIC         0x0405195710141955ull
#define BUNDLE_MAX_SECTIONS  16u
#define BUNDLE_PAGE          4096u
#define BUNDLE_MANIFEST_MAX  1024u
#define BUNDLE_HASH_SIZE     32u
#define BUNDLE_HASHES_MAX    (BUNDLE_MAX_SECTIONS + 1)          /* with the manifest's */
#define BUNDLE_SIGNED_NAME   64u
#define BUNDLE_SIGNATURE_FORMAT 1u
/* Bytes of a signature section's data with n hashes. */
#define BUNDLE_SIGNATURE_SIZE(n) (148u + BUNDLE_HASH_SIZE * (n))
#define BUNDLE_SIGNATURE_AT_FORMAT  0u
#define BUNDLE_SIGNATURE_AT_VERSION 4u
#define BUNDLE_SIGNATURE_AT_KEY_ID  8u
#define BUNDLE_SIGNATURE_AT_NAME    16u
#define BUNDLE_SIGNATURE_AT_HASHES  80u
#define BUNDLE_SIGNATURE_AT_HASH    84u
#define BUNDLE_SIGNATURE_TEXT "KataOS bundle signature"         /* signed with its NUL, before the section's data */

#define BUNDLE_FLAG_READ     0x01u
#define BUNDLE_FLAG_WRITE    0x02u
#define BUNDLE_FLAG_EXECUTE  0x04u
#define BUNDLE_FLAG_ENTRY    0x08u
#define BUNDLE_FLAG_MORE     0x10u
#define BUNDLE_RIGHTS        (BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE | BUNDLE_FLAG_EXECUTE)

#define BUNDLE_TYPE_NONE            0u            /* images older than the field: an application */
#define BUNDLE_TYPE_APP             0x04051957u
#define BUNDLE_TYPE_MANIFEST        0x04051958u
#define BUNDLE_TYPE_SIGNATURE       0x04051959u
#define BUNDLE_TYPE_DATA_MODEL      0x0405195au   /* a model without code: one section, only read, with the image of docs/model-format.md */
#define BUNDLE_TYPE_SPRINGBOK_MODEL 0x10141955u
#define BUNDLE_TYPE_KELVIN_MODEL    0x01241998u

/* Why an image was refused. Interfaces return BUNDLE_ERROR_BASE + the number; append only. */
typedef enum BundleError {
    BUNDLE_OK = 0,
    BUNDLE_EMPTY,               /* no section at all */
    BUNDLE_READ_FAILED,         /* the callback failed */
    BUNDLE_TRUNCATED_HEADER,
    BUNDLE_TRUNCATED_DATA,
    BUNDLE_MISSING_SECTION,     /* ends behind a section that announced another */
    BUNDLE_BAD_MAGIC,
    BUNDLE_BAD_CRC,
    BUNDLE_WRONG_TYPE,
    BUNDLE_BAD_FLAGS,           /* unknown flags, or none of R, W, X */
    BUNDLE_BAD_ALIGNMENT,       /* align is not a power of two */
    BUNDLE_MEMORY_SMALLER,      /* msize < fsize */
    BUNDLE_ABSURD_SIZE,         /* msize zero, or the image needs more memory than the rules allow */
    BUNDLE_WRAPS,               /* vaddr + msize leaves the address space */
    BUNDLE_ZERO_PAGE,
    BUNDLE_KERNEL_ADDRESS,
    BUNDLE_OUTSIDE_USER,        /* inside user space, but reserved for stack and IPC buffer */
    BUNDLE_UNSORTED,
    BUNDLE_OVERLAP,
    BUNDLE_SHARED_PAGE,         /* two sections with different rights in one page */
    BUNDLE_WRITE_EXECUTE,
    BUNDLE_TOO_MANY_SECTIONS,
    BUNDLE_TRAILING_GARBAGE,
    BUNDLE_NO_TEXT,             /* no executable section */
    BUNDLE_NO_ENTRY,
    BUNDLE_DUPLICATE_ENTRY,
    BUNDLE_ENTRY_OUTSIDE_TEXT,
    BUNDLE_ENTRY_MISALIGNED,
    BUNDLE_BAD_MANIFEST,        /* a manifest section that is not the first, or has flags, addresses, or no text of 1..1024 bytes */
    BUNDLE_BAD_SIGNATURE_SECTION, /* not the first, of an unknown format, or with sizes or counts that are not those of the image */
    BUNDLE_UNSIGNED,            /* no signature section where one is asked for */
    BUNDLE_UNKNOWN_KEY,
    BUNDLE_BAD_SIGNATURE,
    BUNDLE_WRONG_NAME,          /* signed to be installed as something else */
    BUNDLE_ROLLED_BACK,         /* version lower than one that was installed before */
    BUNDLE_WRONG_HASH,          /* a section is not the signed one */
    BUNDLE_ERRORS,              /* count */
    BUNDLE_END = -1             /* bundle_next: no more sections */
} BundleError;

#define BUNDLE_ERROR_BASE 0x100

/* A sentence for people; never NULL, also for numbers outside the enumeration. */
const char *bundle_error_text(int error);

/* Where an image comes from. read: fills buf with the len bytes at offset and returns 0; anything else is a failure.
 * It is called only with offset + len <= size. */
struct bundle_source {
    int (*read)(void *ctx, uint32_t offset, void *buf, uint32_t len);
    void *ctx;
    uint32_t size;
};

/* What an image may look like. Addresses are below 2^32 on every architecture. */
struct bundle_rules {
    uint32_t types[3];          /* one of them is required; the first says whether there may be a manifest */
    uint32_t user_top;          /* first address that is the kernel's */
    uint32_t limit;             /* first address that sections may not use (<= user_top) */
    uint32_t max_memory;        /* most bytes of memory, page-rounded, of all sections together */
};
/* Applications (the field may be empty). Models, which live at fixed addresses of the vector core's windows. */
extern const struct bundle_rules bundle_app_rules, bundle_model_rules;

struct bundle_section {
    uint32_t vaddr, entry, flags, fsize, msize, type, crc32;
    uint32_t data;              /* offset of the data in the image */
};

/* Where the manifest's text, or the data of the signature section, is in the image; size 0: there is none. */
struct bundle_text {
    uint32_t data, size, crc32;
};

struct bundle_reader {
    const struct bundle_source *source;
    const struct bundle_rules *rules;
    uint32_t next;              /* offset of the next header */
    uint32_t count;             /* sections so far */
    uint32_t last, end;         /* address of the last section, and behind it */
    uint32_t flags;             /* of the last section */
    uint32_t memory;            /* bytes of memory so far, page-rounded */
    struct bundle_text signature, manifest;
    bool announced;             /* some section had BUNDLE_FLAG_MORE: the packer knows the flag */
};

/* Starts (again) at the first section. Both pointers must outlive the reader. */
void bundle_open(struct bundle_reader *reader, const struct bundle_source *source, const struct bundle_rules *rules);

/* The next section with memory (signature and manifest before it are noted in the reader), checked against the rules and the section
 * before it (not its CRC, which needs its data).
 * BUNDLE_END: none left and the image ended as it should. After an error the reader must not be used on. */
BundleError bundle_next(struct bundle_reader *reader, struct bundle_section *section);

/* The same for the next section of any kind, for who needs all of them: for signature and manifest only flags, fsize, crc32 and data are
 * set. */
enum bundle_kind { BUNDLE_IN_MEMORY, BUNDLE_MANIFEST, BUNDLE_SIGNATURE };
BundleError bundle_step(struct bundle_reader *reader, struct bundle_section *section, enum bundle_kind *kind);

struct bundle_info {
    uint32_t entry;             /* start address, inside an executable section */
    uint32_t lowest, end;       /* page-rounded range that the sections span */
    uint32_t pages;             /* 4 KiB pages that they need */
    uint32_t sections;          /* with memory */
    struct bundle_text signature, manifest;
};

/* What the sections with memory add up to, and what only all of them together show. All zeros before the first. */
struct bundle_sum {
    uint32_t sections, entries, flags, texts;
    uint32_t entry;
    bool is_data;                               /* some section is a data model */
    struct {
        uint32_t vaddr, size;
    } text[BUNDLE_MAX_SECTIONS];                /* executable ones */
};
void bundle_sum_add(struct bundle_sum *sum, const struct bundle_section *section);
/* There is text, and one entry point, which lies in it. A data model is one section, and nothing in it is code or can be written. */
BundleError bundle_sum_check(const struct bundle_sum *sum);

/* Checks everything but the data's CRCs: all headers, and the entry point against them. sections: where those with memory are noted,
 * BUNDLE_MAX_SECTIONS of them, or NULL. */
BundleError bundle_scan(const struct bundle_source *source, const struct bundle_rules *rules, struct bundle_info *info,
                        struct bundle_section *sections);

/* Checks the whole image. scratch: buffer for data on its way through the CRC, any size > 0. info may be NULL. */
BundleError bundle_validate(const struct bundle_source *source, const struct bundle_rules *rules,
                            void *scratch, uint32_t scratch_size, struct bundle_info *info);

/* The data of a signature section; the pointers lead into it. */
struct bundle_signature {
    uint32_t version, hashes;   /* hashes: 1..BUNDLE_HASHES_MAX */
    const uint8_t *key_id;      /* 8 bytes */
    const char *name;           /* 1..63 characters, with NUL */
    const uint8_t *hash;        /* hashes times BUNDLE_HASH_SIZE bytes */
    const uint8_t *signature;   /* 64 bytes; all before it is signed */
};

/* Takes size bytes of data apart. False: they are not of this format. */
bool bundle_signature_parse(struct bundle_signature *signature, const uint8_t *data, uint32_t size);
