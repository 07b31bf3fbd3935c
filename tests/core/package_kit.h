/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Packages made in memory. */
#include <bundle/bundle.h>

enum { PACKAGE_MAX = 65536, PACKAGE_SECTIONS = 3 };

struct package {
    uint8_t at[PACKAGE_MAX];
    uint32_t n;
};

struct package_spec {
    const char *name;           /* signed for; NULL: not signed */
    uint32_t version;
    uint8_t key;                /* private key 1 to 3 that signs; 0: as 1 */
    uint8_t claimed_key;        /* whose it says it is; 0: the same */
    const char *manifest;       /* NULL: none */
    uint32_t bytes;             /* of data, besides those of the text; a multiple of anything */
    uint8_t seed;               /* the data's bytes follow from it */
    bool is_model;
    bool reordered;             /* after it was signed, text and data have changed places */
};

void package_make(struct package *package, const struct package_spec *spec);

/* What a package's data is made of. */
void fill_bytes(uint8_t *to, uint32_t n, uint32_t seed);
