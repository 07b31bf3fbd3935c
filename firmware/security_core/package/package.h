/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Checks a package (a bundle image, common/bundle) while its bytes pass by, from the first to the last, in pieces of any size: form,
 * signature, and each section's hash as soon as the section is complete. The signature is looked at before the first byte that it
 * vouches for. Nothing of a package may be used before package_finish says BUNDLE_OK; what is only stored until then is no use. */

#include <crypto.h>

#include <bundle/bundle.h>

/* What is accepted. All of it must stay as it is until package_finish. */
struct package_rules {
    const struct bundle_rules *image;                   /* kind of image, addresses */
    const uint8_t (*keys)[CRYPTO_PUBLIC_KEY];           /* whose signatures count */
    uint32_t n_keys;
    const char *name;                                   /* what it is to be installed as; NULL: what it was signed for */
    /* Rollback counter of a name: the lowest version that may still come. NULL: there are no counters. */
    uint32_t (*lowest_version)(void *ctx, const char *name);
    void *ctx;
    bool allow_unsigned;                                /* images without signature: only form and CRCs are checked */
};

/* Progress of one check; the members are package.c's. */
struct package_check {
    const struct package_rules *rules;
    struct bundle_source source;
    struct bundle_reader reader;
    struct bundle_section section;                      /* the one that passes by */
    struct bundle_sum sum;
    struct bundle_text manifest;                        /* where it is; size 0: there is none */
    enum bundle_kind kind;
    enum { PACKAGE_HEADER, PACKAGE_DATA, PACKAGE_PADDING } state;
    BundleError error;                                  /* the first; all that follows is refused with it */
    uint32_t at;                                        /* bytes so far */
    uint32_t checked;                                   /* sections behind the signature that are complete and right */
    uint32_t crc;
    struct crypto_sha256 hash;
    uint8_t header[BUNDLE_HEADER_SIZE];
    uint8_t signed_data[BUNDLE_SIGNATURE_SIZE(BUNDLE_HASHES_MAX)];
    struct bundle_signature signature;                  /* hashes 0: none (yet) */
};

/* Starts the check of a package of size bytes. */
void package_start(struct package_check *check, const struct package_rules *rules, uint32_t size);

/* The next n bytes. BUNDLE_OK: nothing wrong so far. */
BundleError package_add(struct package_check *check, const void *bytes, uint32_t n);

/* All bytes were given. BUNDLE_OK: every one of them is as it should be. */
BundleError package_finish(struct package_check *check);

/* The verified signature, or NULL: an unsigned package, or its signature has not passed by yet. Valid as long as the structure. */
const struct bundle_signature *package_signature(const struct package_check *check);
