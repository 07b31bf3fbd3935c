/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* A window of one page through which a component looks at frames that belong to somebody else: address space without
 * a frame (the assembly's "has copyregion"), into which one frame at a time is mapped. */
#ifndef KATA_COPYREGION_H
#define KATA_COPYREGION_H

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>

struct copyregion {
    void *address;    /* page aligned; its page tables exist */
    seL4_CPtr vspace; /* the component's own */
    seL4_CPtr cnode;  /* the component's own, addressed with full depth */
    seL4_CPtr spare;  /* an empty slot of it, for a frame that is mapped elsewhere already */
    seL4_CPtr mapped; /* capability whose mapping is in the window; 0: none */
};

#define COPYREGION(window, self_vspace, self_cnode, spare_slot) \
    { .address = (window), .vspace = (self_vspace), .cnode = (self_cnode), .spare = (spare_slot) }

/* Maps a frame of 4 KiB and returns the window's address, or NULL when the kernel refuses. A frame that was mapped is
 * unmapped first. A capability that maps the frame elsewhere keeps that mapping: a copy of it is used here. */
void *copyregion_map(struct copyregion *region, seL4_CPtr frame, bool writable);

/* Empties the window. */
void copyregion_unmap(struct copyregion *region);

#endif
