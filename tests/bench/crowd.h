/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Many threads in one queue.
 */
#ifndef CROWD_H
#define CROWD_H

#include "bench.h"

#define CROWD 250u

/* CROWD threads of priority LOWER, each with its own scheduling context. */
void crowd_new(void);
/* All of them begin to wait on the object: in Send through an endpoint, or in Wait on an endpoint or notification. */
void crowd_wait(word_t object, bool sending);
/* The first one's TCB in a slot of the root CNode, until it is returned. */
word_t crowd_first(void);
void crowd_return_first(void);

#endif
