/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A security core for tests of SecurityCoordinator: it serves the requests of mailbox/request.h from a few arrays, takes arguments as exactly as the
 * firmware does, and can be away, start again, or be full. Images are not looked at, but for a first byte 'R': refused. */
#ifndef SECURITY_COORDINATOR_TEST_CORE_H
#define SECURITY_COORDINATOR_TEST_CORE_H

#include <mailbox/request.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORE_SESSIONS = 2 };

struct core_model {
    int mailbox_error;          /* of the next mailbox_fails requests, which are served if served_all_the_same */
    unsigned mailbox_fails;
    bool served_all_the_same;
    uint32_t error;             /* of every request that would write; 0: none */
    uint32_t page_size;         /* LIST_KEYS gives so many keys at a time; 0: all */
    unsigned requests;
    unsigned sessions_open;
    unsigned client;            /* whose call SecurityCoordinator serves */
    bool restarted;             /* SecurityCoordinator */
    unsigned log_lines;
    char log[256];              /* the last line */
};
extern struct core_model core;

/* Everything as after boot of an empty system. */
void core_reset(void);

/* The security core has started again: sessions are gone, packages and keys are there. */
void core_restart(void);

/* Whether the spare memory of the window has nothing but zeros. */
bool core_window_is_clean(void);

#endif
