/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What the logic of the runtime needs from outside; tests put their own behind it. The first group are client functions
 * that the composer generates (camkes.h declares them alike), the second is in service.c. */
#include <stddef.h>
#include <stdint.h>

uint32_t timer_completed_timers(void);
int timer_oneshot(uint32_t timer_id, uint32_t duration_ms);
int timer_periodic(uint32_t timer_id, uint32_t duration_ms);
int timer_cancel(uint32_t timer_id);
int security_read_key(const char *bundle_id, const char *key, uint8_t *value, size_t *value_n);
int security_write_key(const char *bundle_id, const char *key, const uint8_t *value, size_t value_n);
int security_delete_key(const char *bundle_id, const char *key);
void logger_log(uint8_t level, const char *msg);

/* Parks the application whose request is being served; a handle, or -1 when too many are parked. */
int park_caller(void);

/* Answers a parked application with success and a mask of timers. */
void answer_parked(int handle, uint32_t mask);

/* Frees a handle whose application does not wait any more. */
void forget_parked(int handle);
