/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What the logic of the runtime needs from outside; tests put their own behind it. The first group are client functions
 * that the composer generates (camkes.h declares them alike), the second is in service.c. */
#include "apps.h"
#include <camkes/marshal.h>
#include <stddef.h>
#include <stdint.h>

uint32_t timer_completed_timers(void);
uint64_t timer_now_us(void);
int timer_oneshot_at(uint32_t timer_id, uint64_t deadline_us);
int timer_cancel(uint32_t timer_id);
int security_read_key(const char *bundle_id, const char *key, uint32_t offset, uint32_t length, uint32_t *size, uint8_t *value, size_t *value_n);
int security_write_key(const char *bundle_id, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t value_n);
int security_delete_key(const char *bundle_id, const char *key);
int security_next_key(const char *bundle_id, const char *after, char *key, size_t key_cap, uint32_t *size);
int security_count_keys(const char *bundle_id, const char *except, uint32_t *count);
int security_attest(const uint8_t *nonce, size_t nonce_n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *statement, size_t *statement_n);
void kata_log_line(uint8_t level, const char *msg);

/* Record of entry i < SDK_MAX_APPS; may be looked at only when the entry is in use. */
struct app *record_at(unsigned i);

/* Did the last call to another service fail because that died? */
bool service_died(void);

/* Parks the application whose request is being served; a handle, or -1 when too many are parked. */
int park_caller(void);

/* Answer of a parked application: the stream for its results, then the answer itself, which frees the handle. */
camkes_stream_t answer_begin(const struct app *app);
void answer_end(const struct app *app, int error, const camkes_stream_t *out);

/* Frees a handle whose application does not wait any more. */
void forget_parked(int handle);
