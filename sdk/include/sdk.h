/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Calls of the KataOS SDK. Each is one message to the SDK runtime; unless stated otherwise it returns SDK_SUCCESS (0) or
 * a positive SDKError. Every call may return SDK_PERMISSION_DENIED when the application's manifest does not grant its kind, and
 * SDK_SERVICE_RESTARTED when the service that had it died: the system has started that service again, and the call may or may
 * not have been carried out. Calls that wait repeat themselves instead: nothing is lost.
 * Nothing is retained: buffers belong to the caller before and after the call.
 *
 * A program begins with int main(int argc, char **argv) (or main(void)): argv[0] is the bundle's name, the others are the words
 * behind it in `start`, or those of args in the manifest. */

#include <kata/sdk_abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does nothing: is the runtime there? */
int sdk_ping(void);

/* Writes one line "[application]::message" to the system's log. The message is UTF-8; newlines, other unprintable characters
 * and bytes that are no character arrive as '.'. A message longer than SDK_LOG_MAX bytes becomes several lines. */
int sdk_log(const char *message);

/* Keys: a small store of this application's own that survives its end, an upgrade of it and power-off, encrypted. A key has 1..SDK_KEY_MAX
 * bytes, a value up to SDK_VALUE_MAX bytes. SDK_INVALID_STRING: bad key. SDK_SERIALIZE_FAILED: key or value too long. */

/* *size: in, room in value; out, bytes of the value (when it is larger than the room, only the room is filled).
 * SDK_READ_KEY_FAILED: no such key. */
int sdk_read_key(const char *key, void *value, size_t *size);

/* Replaces or creates; whatever happens, the key has its old or its new value. SDK_OUT_OF_RESOURCES: quota_keys of the manifest is used up, or
 * the flash is full. SDK_WRITE_KEY_FAILED: the flash is worn out, or the security core does not answer. */
int sdk_write_key(const char *key, const void *value, size_t size);

/* Succeeds also when there is no such key. */
int sdk_delete_key(const char *key);

/* Makes key the next one in the order of their bytes, and *size the bytes of its value. "" is before the first key and behind the last:
 *     char key[SDK_KEY_MAX + 1] = "";
 *     while (sdk_next_key(key, &size) == SDK_SUCCESS && key[0] != '\0') ... */
int sdk_next_key(char key[SDK_KEY_MAX + 1], size_t *size);

/* Timers: each application has the ids 0..30. SDK_NO_SUCH_TIMER: other id. SDK_TIMER_ALREADY_EXISTS: the id is running (a
 * one-shot is free again as soon as wait or poll has reported it). SDK_INVALID_TIMER: duration 0 or beyond 24 days.
 * SDK_OUT_OF_RESOURCES: quota_timers of the manifest is used up. Periods do not drift. */
int sdk_timer_oneshot(uint32_t id, uint32_t duration_ms);
int sdk_timer_periodic(uint32_t id, uint32_t duration_ms);

/* SDK_INVALID_TIMER: the id is not running. A completion not yet reported is forgotten. */
int sdk_timer_cancel(uint32_t id);

/* Waits until a timer of this application completes. *mask: bit n = timer n, each completion is reported once. Returns
 * at once with mask 0 when no timer is running. SDK_OUT_OF_RESOURCES: too many applications are waiting; try poll. */
int sdk_timer_wait(uint32_t *mask);

/* The same without waiting: mask 0 when nothing has completed. */
int sdk_timer_poll(uint32_t *mask);

/* A statement of what this device was started with and what is installed, signed by its security core with a key that only this device has; for
 * tools/attest.py. nonce: 8 to 32 bytes that whoever wants to know has made for this. *size: in, room (SDK_STATEMENT_MAX is enough); out, bytes of the
 * statement. SDK_NO_PLATFORM_SUPPORT: there is no security core. */
int sdk_attest(const void *nonce, size_t n, void *statement, size_t *size);

/* Time: microseconds since the system started. */
int sdk_time_us(uint64_t *us);

/* Messages between applications whose manifests name each other as peers. A message has up to SDK_MESSAGE_MAX bytes, waits in its
 * receiver's queue (SDK_QUEUE_BYTES) and is received once, with the messages of one sender in their order. After a death of the
 * SDK runtime, and then only, the last one may be received once more. */

/* Never waits. SDK_NO_SUCH_PEER: the manifests do not name each other. SDK_PEER_NOT_RUNNING. SDK_QUEUE_FULL: the receiver has to
 * take some first. SDK_SERIALIZE_FAILED: message or name too long. */
int sdk_send(const char *to, const void *message, size_t size);

/* Models: those that the manifest names, run on the vector core. id: the model's, the same in every run. Runs and results are this application's alone.
 * One-shot: one run as soon as it is its turn. Periodic: one in every period; a period in which the last run has not ended is dropped.
 * SDK_NO_SUCH_MODEL: not in the manifest, or not installed. */
int sdk_model_oneshot(const char *name, uint32_t *id);
int sdk_model_periodic(const char *name, uint32_t period_ms, uint32_t *id);

/* At any moment, also while it runs. No error when nothing runs. */
int sdk_model_cancel(uint32_t id);

/* Ids of models with runs that have ended, as bits: waits for one while any runs (0: none does), or does not wait. */
int sdk_model_wait(uint32_t *mask);
int sdk_model_poll(uint32_t *mask);

/* Bytes of a model's input, and into it, for the runs that follow: if it is lost because the model has faulted, or had to leave the vector core's memory
 * for others, runs end with cause 0x10c until it is set again. SDK_MODEL_BUSY: it runs, or room is being made for it: try again. */
int sdk_model_input_params(uint32_t id, uint32_t *size);
int sdk_model_set_input(uint32_t id, uint32_t offset, const void *data, size_t size);

/* An input or output of the model, from 0 on: a model that is data says what goes in and comes out; a native one has bytes. SDK_SERIALIZE_FAILED: it has
 * fewer. SDK_MODEL_BUSY as above. */
struct sdk_model_tensor {
    enum sdk_type type;
    uint32_t offset, size;      /* bytes, in all of the input or output */
    uint32_t rank, shape[4];    /* 1 behind the rank */
    float scale;                /* value = scale * (number - zero) */
    int32_t zero;
    uint32_t labels;            /* how many there are; 0: its numbers have no names */
    char name[SDK_NAME_MAX + 1];
};
int sdk_model_input_tensor(uint32_t id, uint32_t index, struct sdk_model_tensor *tensor);
int sdk_model_output_tensor(uint32_t id, uint32_t index, struct sdk_model_tensor *tensor);

/* What the index-th number of an output stands for ("yes"); "" if nothing says so. */
int sdk_model_label(uint32_t id, uint32_t output, uint32_t index, char label[SDK_NAME_MAX + 1]);

/* The last run. faulted: return_code is the cause; else it is the model's word, 0 for success. */
struct sdk_model_output {
    uint32_t jobnum;
    bool faulted;
    uint32_t return_code;
    uint32_t epc, address;
    uint32_t size;              /* bytes of all output */
};

/* *size: in, room in data; out, bytes of output in it. SDK_NO_MODEL_OUTPUT: there is none (yet, or any more). SDK_MODEL_BUSY: the
 * next run has ended meanwhile: try again. */
int sdk_model_output(uint32_t id, struct sdk_model_output *output, void *data, size_t *size);

/* The microphone, where there is one (SDK_NO_PLATFORM_SUPPORT where not): samples of 16 bits, SDK_AUDIO_RATE in a second, one after the other from the
 * start on. A quarter of a second is kept for whoever is late; what is lost beyond is counted. Several applications may listen. */
int sdk_audio_start(uint32_t rate);

/* Waits until there are that many (at most SDK_AUDIO_MAX) samples. *lost: samples that came too late, since the start, if it is not NULL.
 * SDK_NOT_RECORDING: not started. */
int sdk_audio_read(int16_t *samples, uint32_t count, uint32_t *lost);

/* The same without waiting: SDK_TIMED_OUT when there are fewer. */
int sdk_audio_poll(int16_t *samples, uint32_t count, uint32_t *lost);
int sdk_audio_stop(void);

/* Takes the first message, and waits up to wait_ms for it: 0 (not at all) .. 24 days, or SDK_FOREVER. from: name of the sender. *size:
 * in, room in message; out, bytes of the message (when it is larger than the room, the rest is lost). SDK_TIMED_OUT: none came. */
int sdk_receive(char from[SDK_NAME_MAX + 1], void *message, size_t *size, uint32_t wait_ms);

/* Memory: the heap lies behind everything else and can grow. malloc (stdlib.h) is built on it; a program uses the one or the
 * other. */
struct sdk_memory {
    void *heap;             /* its address, the same for the whole life */
    size_t heap_size;       /* bytes of it */
    size_t used;            /* bytes of memory that the application has altogether: image, stack, heap, tables */
    size_t quota;           /* the most that it may have */
};

int sdk_memory(struct sdk_memory *memory);

/* Makes the heap at least `size` bytes, or smaller: it grows in a few large steps, of which it gives back whole ones only. *memory:
 * what is then. New memory is zero. SDK_OUT_OF_RESOURCES: quota or the system's memory used up; nothing has changed. */
int sdk_set_heap(size_t size, struct sdk_memory *memory);

/* Name of an error as the SDK's users know it ("SDKNoSuchTimer"; "Ok" for success); never NULL. */
const char *sdk_error_name(int error);

/* Registers a0..a3 at the start: address of the IPC buffer, capability address of the SDK endpoint, argc, argv. */
extern uintptr_t sdk_start[4];

/* Logs "panicked at 'message', file:line" (printf format) and ends the application with code SDK_EXIT_PANIC. */
#define panic(...) sdk_panic(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void sdk_panic(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Exit codes of the SDK itself. */
#define SDK_EXIT_PANIC 101
#define SDK_EXIT_ABORT 134
