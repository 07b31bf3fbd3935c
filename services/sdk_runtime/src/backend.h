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
uint32_t mlcoord_completed_jobs(void);
int mlcoord_oneshot(const char *bundle_id, const char *model_id);
int mlcoord_periodic(const char *bundle_id, const char *model_id, uint32_t rate_ms);
int mlcoord_cancel(const char *bundle_id, const char *model_id);
int mlcoord_get_output(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *faulted,
                       uint32_t *return_code, uint32_t *epc, uint32_t *address, uint32_t *size, uint8_t *data, size_t *data_n);
int mlcoord_get_input_params(const char *bundle_id, const char *model_id, uint32_t *size);
int mlcoord_get_tensor(const char *bundle_id, const char *model_id, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size,
                       uint32_t *rank, uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero,
                       uint32_t *labels, char *name, size_t name_cap);
int mlcoord_get_label(const char *bundle_id, const char *model_id, uint32_t output, uint32_t index, char *label, size_t label_cap);
int mlcoord_set_input(const char *bundle_id, const char *model_id, uint32_t offset, const uint8_t *data, size_t data_n);
int mlcoord_is_pending(const char *bundle_id, const char *model_id);
int mlcoord_get_model_name(uint32_t index, char *bundle_id, size_t bundle_id_cap, char *model_id, size_t model_id_cap);
/* Not there where there is no microphone. */
int audio_start(uint32_t rate, uint32_t *next) __attribute__((weak));
int audio_stop(void) __attribute__((weak));
int audio_read(uint32_t position, uint32_t count, uint32_t *from, uint32_t *next, uint8_t *data, size_t *data_n) __attribute__((weak));
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
