/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Names of the installations under way (the data go straight through to the SecurityCoordinator). */
#include <stdbool.h>
#include <stdint.h>

#define MAX_SESSIONS 2u

/* False when MAX_SESSIONS are open. */
bool session_add(uint32_t session, const char *name);
bool session_free(void);

/* Name of an open session, or NULL; valid until it is removed and another one added. */
const char *session_name(uint32_t session);
void session_remove(uint32_t session);
