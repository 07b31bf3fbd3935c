/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The bundles that have been started: those that run, and how the others ended. What is installed is known by the
 * SecurityCoordinator alone; an installed bundle without an entry here is Stopped. */
#include <process_manager.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_BUNDLES     16u
#define MAX_ALLOCATIONS 8u              /* memory allocations of one application */
#define BUNDLE_NAME_MAX 63u
#define APP_ID_MAX      0xffffffu

/* A fault as the kernel reports it. */
struct fault {
    uint32_t cause;                     /* fault label */
    uint32_t number;                    /* scause, system call number, fault status, or kind of lookup failure */
    uint32_t pc, addr;
};

struct bundle {
    char name[BUNDLE_NAME_MAX + 1];     /* empty: free entry */
    uint8_t state;                      /* enum BundleState, not BUNDLE_STOPPED */
    uint8_t allocations;
    uint32_t app_id;                    /* of the last start; never used twice */
    uint32_t code;                      /* BUNDLE_EXITED */
    struct fault fault;                 /* BUNDLE_FAULTED */
    uint32_t handles[MAX_ALLOCATIONS];  /* what the running application lives in */
};

/* 1..BUNDLE_NAME_MAX letters, digits, '.', '_' and '-', not beginning with '.' or '-'. */
bool bundle_name_valid(const char *name);

/* Entry of a bundle, or NULL: not started since it was installed or stopped. */
struct bundle *bundle_find(const char *name);

/* The living application of an id, or NULL. */
struct bundle *bundle_of_app(uint32_t app_id);

/* Has the application memory and a thread? */
bool bundle_alive(const struct bundle *bundle);

/* Entry for a start, with a new application id and state RUNNING: the bundle's own, a free one, or that of the application
 * that ended longest ago. NULL: MAX_BUNDLES applications live, or the ids are used up. The bundle must not be alive. */
struct bundle *bundle_claim(const char *name);

/* The bundle is Stopped from now on. */
void bundle_forget(struct bundle *bundle);

/* The index-th living one, or NULL. */
const struct bundle *bundle_running(uint32_t index);

/* Number of an entry, 0..MAX_BUNDLES-1. */
unsigned bundle_number(const struct bundle *bundle);
