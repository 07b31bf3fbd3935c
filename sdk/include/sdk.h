/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Calls of the KataOS SDK. Each is one message to the SDK runtime; unless stated otherwise it returns SDK_SUCCESS (0) or
 * a positive SDKError, and every call may return SDK_INVALID_BADGE when the application is being stopped.
 * Nothing is retained: buffers belong to the caller before and after the call. */

#include <kata/sdk_abi.h>
#include <stddef.h>
#include <stdint.h>

/* Does nothing: is the runtime there? */
int sdk_ping(void);

/* Writes one line "[application]::message" to the system's log. Newlines and other unprintable characters arrive as '.'.
 * A message longer than SDK_LOG_MAX bytes becomes several lines. */
int sdk_log(const char *message);

/* Keys: a small store of this application's own that survives its end. A key has 1..SDK_KEY_MAX bytes, a value up to
 * SDK_VALUE_MAX bytes. SDK_INVALID_STRING: bad key. SDK_SERIALIZE_FAILED: key or value too long. */

/* *size: in, room in value; out, bytes of the value (when it is larger than the room, only the room is filled).
 * SDK_READ_KEY_FAILED: no such key. */
int sdk_read_key(const char *key, void *value, size_t *size);

/* Replaces or creates. SDK_WRITE_KEY_FAILED: the store is full. */
int sdk_write_key(const char *key, const void *value, size_t size);

/* Succeeds also when there is no such key. */
int sdk_delete_key(const char *key);

/* Timers: each application has the ids 0..30. SDK_NO_SUCH_TIMER: other id. SDK_TIMER_ALREADY_EXISTS: the id is running (a
 * one-shot is free again as soon as wait or poll has reported it). SDK_INVALID_TIMER: duration 0 or beyond 24 days.
 * SDK_OUT_OF_RESOURCES: all timers of the system are in use. */
int sdk_timer_oneshot(uint32_t id, uint32_t duration_ms);
int sdk_timer_periodic(uint32_t id, uint32_t duration_ms);

/* SDK_INVALID_TIMER: the id is not running. A completion not yet reported is forgotten. */
int sdk_timer_cancel(uint32_t id);

/* Waits until a timer of this application completes. *mask: bit n = timer n, each completion is reported once. Returns
 * at once with mask 0 when no timer is running. SDK_OUT_OF_RESOURCES: too many applications are waiting; try poll. */
int sdk_timer_wait(uint32_t *mask);

/* The same without waiting: mask 0 when nothing has completed. */
int sdk_timer_poll(uint32_t *mask);

/* Name of an error as the SDK's users know it ("SDKNoSuchTimer"; "Ok" for success); never NULL. */
const char *sdk_error_name(int error);

/* Registers a0..a3 at the start: address of the IPC buffer, capability address of the SDK endpoint, 0, 0. */
extern uintptr_t sdk_start[4];

/* Logs "panicked at 'message', file:line" (printf format) and ends the application with code SDK_EXIT_PANIC. */
#define panic(...) sdk_panic(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void sdk_panic(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Exit codes of the SDK itself. */
#define SDK_EXIT_PANIC 101
#define SDK_EXIT_ABORT 134
