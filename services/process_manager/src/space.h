/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Memory of an application, and its address space from low to high addresses. One at a time is worked on. */
#include "bundles.h"
#include <sel4/sel4.h>
#include <stddef.h>

#define TRIES 3         /* a call that a dying service has not answered is sent again */

/* What is at hand in the work slots. */
struct space {
    struct bundle *bundle;
    seL4_CPtr vspace;
    seL4_CPtr container;                /* where used capabilities go, */
    seL4_Word container_bits, container_used;
    seL4_CPtr next_table, frames;       /* frames: first slot for frames = behind the tables */
    seL4_CPtr next_frame, frames_end;   /* fresh frames at hand */
    uint32_t frames_due;                /* still to be allocated */
    seL4_Word mapped;                   /* last page that is mapped, or MODEL_NOTHING */
    int error;                          /* why there was no frame: ProcessManagerError */
};

/* Logs what failed and returns false; true when nothing did. */
bool ok(const struct bundle *bundle, seL4_Error error, const char *what);

/* Allocates objects (triples as for memory_alloc) as a further piece: ProcessManagerError. */
int space_allocate(struct bundle *bundle, const uint32_t *objects, size_t words);

/* Gives back a piece that the table does not list any more. */
void space_free(const struct bundle *bundle, uint32_t handle);

/* Number of frames to ask for next; their slots are the work slots behind the tables. */
uint32_t space_take_due(struct space *space);

/* Makes sure that there is a fresh frame in next_frame. */
bool space_frame(struct space *space);

/* Maps a frame above all others; page tables that are missing come from next_table on. */
bool space_map(struct space *space, seL4_CPtr frame, uint32_t vaddr, uint32_t rights);

/* Puts a capability away. */
bool space_keep(struct space *space, seL4_CPtr slot);
