/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What applications and the system agree on. The SDK wraps it; a program in another language needs nothing else.
 *
 * Start: a0 = address of the IPC buffer, a1 = capability address of the SDK endpoint, a2 = a3 = 0, sp = top of the stack.
 * The application's capability space holds that endpoint and nothing else.
 *
 * Request: seL4_Call on the endpoint, label = request number, no capabilities. Message registers: a scalar is one word; a
 * string or byte array is its length in bytes (one word), then its bytes padded to words. Reply: label = SDKError, message
 * registers = results in the same form. Anything else is answered with SDK_UNKNOWN_REQUEST.
 *
 * Exit: the system call number SDK_EXIT_SYSCALL (in a7) with the exit code in a0. */

/* Request numbers. Arguments -> results. */
enum {
    SDK_REQUEST_FIRST = 64,
    SDK_REQUEST_PING = 64,
    SDK_REQUEST_LOG = 65,               /* message bytes */
    SDK_REQUEST_READ_KEY = 66,          /* key -> value bytes */
    SDK_REQUEST_WRITE_KEY = 67,         /* key, value bytes */
    SDK_REQUEST_DELETE_KEY = 68,        /* key */
    SDK_REQUEST_TIMER_ONESHOT = 69,     /* id, milliseconds */
    SDK_REQUEST_TIMER_PERIODIC = 70,    /* id, milliseconds */
    SDK_REQUEST_TIMER_CANCEL = 71,      /* id */
    SDK_REQUEST_TIMER_WAIT = 72,        /* -> mask of ids; waits */
    SDK_REQUEST_TIMER_POLL = 73,        /* -> mask of ids */
    SDK_REQUEST_MODEL_FIRST = 74,       /* 74..79: models; SDK_NO_PLATFORM_SUPPORT where there is no vector core */
    SDK_REQUEST_END = 80,
};

/* Errors (the label of the reply). */
typedef enum SDKError {
    SDK_SUCCESS = 0,
    SDK_DESERIALIZE_FAILED = 1,         /* the request is not well-formed */
    SDK_SERIALIZE_FAILED = 2,           /* an argument is longer than its limit */
    SDK_INVALID_BADGE = 3,              /* the application is not (or no longer) registered */
    SDK_INVALID_STRING = 4,             /* empty key, or a NUL byte in a key */
    SDK_READ_KEY_FAILED = 5,
    SDK_WRITE_KEY_FAILED = 6,
    SDK_DELETE_KEY_FAILED = 7,
    SDK_MAP_PAGE_FAILED = 8,
    SDK_UNKNOWN_REQUEST = 9,
    SDK_UNKNOWN_RESPONSE = 10,          /* by the SDK: the reply made no sense */
    SDK_NO_SUCH_TIMER = 11,             /* timer id out of range */
    SDK_TIMER_ALREADY_EXISTS = 12,
    SDK_NO_PLATFORM_SUPPORT = 13,
    SDK_NO_SUCH_MODEL = 14,
    SDK_INVALID_TIMER = 15,             /* timer is not running, or duration out of range */
    SDK_LOAD_MODEL_FAILED = 16,
    SDK_OUT_OF_RESOURCES = 17,
    SDK_NO_MODEL_OUTPUT = 18,
    SDK_ERRORS
} SDKError;

/* Limits; a request beyond them is answered with an error. */
#define SDK_KEY_MAX    63u      /* bytes of a key */
#define SDK_VALUE_MAX  100u     /* bytes of a value */
#define SDK_LOG_MAX    360u     /* bytes of one log message */
#define SDK_TIMERS     31u      /* timer ids 0..30 of each application */

#define SDK_EXIT_SYSCALL 0x4b455854u    /* "KEXT" */
