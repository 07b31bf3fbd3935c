/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Installations: each client has one at a time, a session of the security core that no other client can use. Functions return a
 * security_error; every error but SECURITY_BUNDLE_DATA_INVALID ends the session.
 */

/* Ends what the last life has left open at the security core. */
void sessions_recover(void);

/* Opens a session. One that the client has left unfinished is dropped. kind: security_kind; size: announced bytes. */
int session_begin(unsigned client, uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session);

/* Appends to the image. */
int session_data(unsigned client, uint32_t session, const uint8_t *data, size_t n);

/* Completes or drops the package; the session is over in either case. */
int session_end(unsigned client, uint32_t session);
int session_abort(unsigned client, uint32_t session);
