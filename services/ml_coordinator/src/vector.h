/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Driver of the vector core over its port (port.h). The caller keeps to one job at a time, and looks at vector_settled before it touches memory
 * that was cleared, or that a job had which was stopped. */

enum { VECTOR_WINDOWS = 6 };        /* that images have: text, constants, output, static data, input, temporary data */

struct vector_window {
    uint32_t offset;                /* in the tightly coupled memory */
    uint32_t size;                  /* whole pages; 0: there is none */
    uint32_t rights;                /* enum vc_permissions */
};

enum vector_outcome { VECTOR_NOTHING, VECTOR_FINISHED, VECTOR_FAULTED, VECTOR_REQUESTED };

struct vector_event {
    enum vector_outcome outcome;
    uint32_t cause, pc, address;    /* of a fault */
    uint64_t instructions;          /* 0: the platform does not count them */
    bool restarted;                 /* the core has started again: what it was told may not have been done */
};

/* Begins: whatever ran is stopped. False: there is no vector core. */
bool vector_init(void);

/* False, here and below: the core does not take anything any more. */
bool vector_start(const struct vector_window windows[VECTOR_WINDOWS], uint32_t pc, uint32_t limit_ms);

/* Goes on with a job that has made a request. */
bool vector_resume(void);

/* Stops a job. Where it was, when that has been done; 0: the platform does not say. */
bool vector_stop(void);
uint32_t vector_stopped_at(void);

/* Zeros in memory; offset and size in pages. An interrupt comes when it is done. */
bool vector_clear(uint32_t offset, uint32_t size);

/* Everything told so far has been done: while a fault waits to be looked at, that may be the firmware's, it may have been dropped. */
bool vector_settled(void);

/* What has happened: taken back before it is looked into, so that nothing that comes in between is lost. */
struct vector_event vector_event(void);
