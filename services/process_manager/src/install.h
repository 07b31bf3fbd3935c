/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The installation under way: its name (the data go straight through to the SecurityCoordinator). There is one at a time, as the
 * SecurityCoordinator has one session for each of its clients: a new one ends one that was abandoned. */
#include <stdbool.h>
#include <stdint.h>

/* An installation of so many bytes begins; one that is still open is forgotten. */
void session_open(uint32_t session, const char *name, uint32_t size);

/* The announced size when the first data come, 0 with the others. */
uint32_t session_first(void);

/* Name of the open session, or NULL when that is another one; valid until the next session_open. */
const char *session_name(uint32_t session);
void session_close(uint32_t session);

/* After a restart: is there a session that the last life left open? It is closed here. */
bool session_left(uint32_t *session);
