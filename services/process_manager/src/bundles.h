/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The bundles that have been started: those that run, and how the others ended. What is installed is known by the
 * SecurityCoordinator alone; an installed bundle without an entry here is Stopped.
 *
 * The table survives a restart of this component, which may die between any two instructions: the phase says how far an
 * entry is, and bundles_recover leaves only what is whole. */
#include <process_manager.h>
#include <sdk_runtime.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_BUNDLES     SDK_MAX_APPS
#define MAX_PIECES      16u             /* memory allocations of one application */
#define BUNDLE_NAME_MAX SDK_NAME_MAX
#define APP_ID_MAX      SDK_APP_ID_MAX

/* A fault as the kernel reports it. */
struct fault {
    uint32_t cause;                     /* fault label */
    uint32_t number;                    /* scause, system call number, fault status, or kind of lookup failure */
    uint32_t pc, addr;
};

/* One allocation. Of the heap: frames and page tables that it brought; 0 of those of the start. */
struct piece {
    uint32_t handle;
    uint16_t pages, tables;
};

enum phase { PHASE_NONE, PHASE_STARTING, PHASE_LIVING, PHASE_ENDING };

struct bundle {
    char name[BUNDLE_NAME_MAX + 1];     /* empty: free entry */
    uint8_t state;                      /* enum BundleState, not BUNDLE_STOPPED */
    uint8_t phase;                      /* enum phase */
    uint8_t pieces;                     /* that it has */
    uint8_t ready;                      /* that are in use: one that is not ready goes at a restart */
    uint8_t start_pieces;               /* those of the start; the heap's follow, in the order of their addresses */
    uint8_t priority;
    uint8_t container_bits;             /* of the CNode where its capabilities are kept */
    uint32_t app_id;                    /* of the last start; never used twice */
    uint32_t code;                      /* BUNDLE_EXITED */
    struct fault fault;                 /* BUNDLE_FAULTED */
    uint32_t budget_us, period_us;
    uint32_t start_memory, quota;       /* bytes: of all but the heap, and the most that it may have */
    uint32_t heap;                      /* address */
    uint64_t cpu_us;                    /* processor time that has been read from the kernel */
    struct piece piece[MAX_PIECES];     /* what it lives in */
};

/* 1..BUNDLE_NAME_MAX letters, digits, '.', '_' and '-', not beginning with '.' or '-'. */
bool bundle_name_valid(const char *name);

/* Entry of a bundle, or NULL: not started since it was installed or stopped. */
struct bundle *bundle_find(const char *name);

/* The living application of an id, or NULL. */
struct bundle *bundle_of_app(uint32_t app_id);

/* Has the application memory and a thread? */
bool bundle_alive(const struct bundle *bundle);

/* Entry for a start, with a new application id, state RUNNING and phase STARTING: the bundle's own, a free one, or that of the
 * application that ended longest ago. NULL: MAX_BUNDLES applications live, or the ids are used up. The bundle must not be
 * alive. */
struct bundle *bundle_claim(const char *name);

/* The bundle is Stopped from now on. */
void bundle_forget(struct bundle *bundle);

/* The index-th living one, or NULL. */
const struct bundle *bundle_running(uint32_t index);

/* The index-th entry that is used, or NULL. */
struct bundle *bundle_known(uint32_t index);

/* An entry that is Stopped for ever, for what has none. */
struct bundle *bundle_none(void);

/* Entry number i < MAX_BUNDLES, used or not; and the number of an entry. */
struct bundle *bundle_at(unsigned i);
unsigned bundle_number(const struct bundle *bundle);

/* Pages of the heap, and bytes of everything. */
uint32_t bundle_heap_pages(const struct bundle *bundle);
uint32_t bundle_memory(const struct bundle *bundle);

/* After a restart of this component: destroy ends an application that was being started or ended. */
void bundles_recover(void (*destroy)(struct bundle *bundle));
