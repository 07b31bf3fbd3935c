/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A client and servers that call one another, for tests of what travels along the chain. */
#pragma once

#include "tests.h"

#define HOPS 3u
#define SERVER(n) (SECOND + 4 * (n))  /* waits on SERVER_EP(n) with SERVER_REPLY(n) */
#define SERVER_EP(n) (FREE + (n))
#define SERVER_REPLY(n) (FREE + 8 + (n))

extern tcb_t *client, *servers[HOPS], *root;
extern sched_context_t *lent; /* the client's */

/* The client (FIRST), priority 100, calls the first server, that the second and so on: passive servers of the priorities 101, 102, ... The last
 * server runs on the client's time. The root task has priority 1. */
void chain(word_t hops);
void root_priority(word_t prio);
/* The root task gets the processor: a thread of its priority may not interfere. */
void root_again(void);
/* The current thread, server n, answers and waits. */
void reply_and_wait(word_t n);
