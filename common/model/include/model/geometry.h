/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Arithmetic of page tables and capability spaces. Free of system calls. */
#ifndef MODEL_GEOMETRY_H
#define MODEL_GEOMETRY_H

#include <sel4/types.h>
#include <stdbool.h>

#define MODEL_READ 1u
#define MODEL_WRITE 2u
#define MODEL_EXECUTE 4u

/* An architecture's page tables: `levels` tables of 2^index_bits entries from the root down to a page. */
struct model_paging {
    uint8_t levels;
    uint8_t index_bits;
};

/* The one of the machine this is compiled for (src/arch). */
extern const struct model_paging model_paging;

/* Page tables below the root that are missing to map [start, end), when the last address that is mapped already is `before`
 * <= start (MODEL_NOTHING: none is). */
#define MODEL_NOTHING ((seL4_Word)-1)
seL4_Word model_tables_needed(const struct model_paging *paging, seL4_Word before, seL4_Word start, seL4_Word end);

/* True when a Page_Map that failed with `bits_left` (sel4-abi §10.4: size of the level where the walk ended) wants a
 * page table before it can map a page of 2^page_bits bytes. */
static inline bool model_table_missing(seL4_Word bits_left, unsigned page_bits) { return bits_left > page_bits; }

/* Rights word and attributes of a mapping. Write without read means read and write, as hardware has no other. */
seL4_Word model_map_rights(unsigned rights);
seL4_Word model_map_attributes(unsigned rights);

/* Smallest radix >= 1 of a CNode that has `slots` slots. */
unsigned model_cnode_radix(seL4_Word slots);

#endif
