/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/*
 * How often a service may be started again: at most `limit` times in any stretch of `window` units of time. Pure logic; the time
 * is a counter that may wrap around.
 */

enum { POLICY_MAX = 8 };    /* largest limit */

/* The restarts of one service that still count. Zeros: none. */
struct policy {
    uint32_t stamps[POLICY_MAX];
    uint8_t next;           /* place of the next stamp, which is that of the oldest once all are used */
    uint8_t used;
};

/* A service died at `now`. Returns 0 and notes a restart when it may be started at once; otherwise the time to wait until
 * then (more than 0, at most window). limit: 1..POLICY_MAX. */
uint32_t policy_death(struct policy *p, uint32_t limit, uint32_t window, uint32_t now);
