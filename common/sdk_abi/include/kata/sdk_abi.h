/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What applications and the system agree on. The SDK wraps it; a program in another language needs nothing else.
 *
 * Start: a0 = address of the IPC buffer, a1 = capability address of the SDK endpoint, a2 = number of arguments, a3 = address of
 * that many pointers to NUL-terminated arguments and a null pointer behind them (argc and argv: the first is the bundle's
 * name), sp = top of the stack below the arguments, aligned to 16 bytes. The application's capability space holds that endpoint
 * and nothing else.
 *
 * Request: seL4_Call on the endpoint, label = request number, no capabilities. Message registers: a scalar is one word (a 64-bit
 * one is two where a word has 32 bits, the low one first); a string or byte array is its length in bytes (one word), then its
 * bytes padded to words. Reply: label = SDKError, message registers = results in the same form (none with an error). Anything
 * else is answered with SDK_UNKNOWN_REQUEST.
 *
 * What does not fit into message registers goes through the message area: bytes SDK_AREA_OFFSET up to 4096 of the page that
 * begins with the IPC buffer, which the SDK runtime sees as well. A request with SDK_IN_AREA added to its number has its
 * arguments there, in the same form, and as its only message register their number of words; the results then are there, too,
 * and the reply's only message register is their number of words. Arguments of more than SDK_REQUEST_MAX bytes are refused with
 * SDK_SERIALIZE_FAILED. The runtime copies a request before it looks at it: changing it meanwhile has no effect, or the same as
 * having sent something else.
 *
 * System calls (ecall with the number in a7) go to the ProcessManager: SDK_EXIT_SYSCALL and SDK_HEAP_SYSCALL below. Any other
 * number is a fault.
 *
 * A request whose service died is answered with SDK_SERVICE_RESTARTED; it may or may not have been carried out. */

/* Request numbers. Arguments -> results. Next to it the permission that it needs (SDK_MAY_...). */
enum {
    SDK_REQUEST_FIRST = 64,
    SDK_REQUEST_PING = 64,              /* - */
    SDK_REQUEST_LOG = 65,               /* LOG: message bytes */
    SDK_REQUEST_READ_KEY = 66,          /* KEYS: key -> value bytes */
    SDK_REQUEST_WRITE_KEY = 67,         /* KEYS: key, value bytes */
    SDK_REQUEST_DELETE_KEY = 68,        /* KEYS: key */
    SDK_REQUEST_TIMER_ONESHOT = 69,     /* TIMERS: id, milliseconds */
    SDK_REQUEST_TIMER_PERIODIC = 70,    /* TIMERS: id, milliseconds */
    SDK_REQUEST_TIMER_CANCEL = 71,      /* TIMERS: id */
    SDK_REQUEST_TIMER_WAIT = 72,        /* TIMERS: -> mask of ids; waits */
    SDK_REQUEST_TIMER_POLL = 73,        /* TIMERS: -> mask of ids */
    SDK_REQUEST_MODEL_FIRST = 74,       /* SDK_NO_PLATFORM_SUPPORT where there is no vector core */
    SDK_REQUEST_MODEL_ONESHOT = 74,     /* MODELS: name of a model of the manifest -> id */
    SDK_REQUEST_MODEL_PERIODIC = 75,    /* MODELS: name, milliseconds -> id */
    SDK_REQUEST_MODEL_CANCEL = 76,      /* MODELS: id */
    SDK_REQUEST_MODEL_WAIT = 77,        /* MODELS: -> mask of ids whose runs have ended; waits while any runs */
    SDK_REQUEST_MODEL_POLL = 78,        /* MODELS: -> mask of ids */
    SDK_REQUEST_MODEL_OUTPUT = 79,      /* MODELS: id, offset -> number of the run, whether it faulted, return code (or cause), pc, address,
                                         * bytes of all output, bytes of it from offset on (not necessarily all) */
    SDK_REQUEST_MODEL_INPUT_PARAMS = 80, /* MODELS: id -> bytes of input */
    SDK_REQUEST_MODEL_SET_INPUT = 81,   /* MODELS: id, offset, bytes; SDK_MODEL_BUSY: to be asked again */
    SDK_REQUEST_MODEL_END = 82,
    SDK_REQUEST_AUDIO_FIRST = 82,       /* SDK_NO_PLATFORM_SUPPORT where there is no microphone */
    SDK_REQUEST_AUDIO_RESET = 82,       /* AUDIO: - : as STOP, also where nothing was started */
    SDK_REQUEST_AUDIO_START = 83,       /* AUDIO: samples per second (SDK_AUDIO_RATE) */
    SDK_REQUEST_AUDIO_COLLECT = 84,     /* AUDIO, in the message area: samples, whether to wait for them -> samples lost since the start, samples
                                         * (16 bits each): all that were wanted, or without waiting none when there are fewer; waits */
    SDK_REQUEST_AUDIO_STOP = 85,        /* AUDIO: - */
    SDK_REQUEST_END = 86,               /* 86..88: reserved for playing */

    SDK_REQUEST_TIME = 96,              /* - : -> microseconds since the system started (64 bits) */
    SDK_REQUEST_SEND = 97,              /* MESSAGES: name of the receiver, message bytes */
    SDK_REQUEST_RECEIVE = 98,           /* MESSAGES: milliseconds to wait (0: do not, SDK_FOREVER) -> name of the sender, message
                                         * bytes; waits */
    SDK_REQUEST_NEXT_KEY = 99,          /* KEYS: key or nothing -> the key after it (the first) in the order of their bytes, bytes of its
                                         * value; nothing and 0 behind the last */
    SDK_REQUEST_READ_KEY_PART = 100,    /* KEYS: key, offset -> bytes of the whole value, as many bytes from there as the reply takes */
    SDK_REQUEST_WRITE_KEY_PART = 101,   /* KEYS: key, bytes of the whole value, offset, value bytes (up to SDK_PART_MAX) */
    SDK_REQUEST_ATTEST = 102,           /* ATTEST: nonce -> statement, signed by the security core; at most SDK_STATEMENT_MAX bytes */
    SDK_REQUEST_MODEL_TENSOR = 103,     /* MODELS: id, 0 input or 1 output, index -> type (enum sdk_type), offset, bytes, rank, 4 dimensions, bits of a
                                         * float, zero point, number of labels, name; SDK_SERIALIZE_FAILED: there are not so many */
    SDK_REQUEST_MODEL_LABEL = 104,      /* MODELS: id, index of the output, index of a number of it -> what it stands for; nothing if it has no label */
    SDK_REQUEST_LAST = SDK_REQUEST_MODEL_LABEL
};

/* A value that does not fit into one request travels in parts, in order, from offset 0 on. It is read as it was at the first part, and written
 * with the last. SDK_SERVICE_RESTARTED: the parts before are lost (many applications transferred values meanwhile, or a service died); it begins
 * again at offset 0. */

#define SDK_IN_AREA     0x100u          /* added to a request number: arguments and results are in the message area */
#define SDK_AREA_OFFSET 1024u           /* of the message area in the page of the IPC buffer */
#define SDK_AREA_BYTES  3072u
#define SDK_FOREVER     0xffffffffu

/* What the numbers of a model's input or output are: value = scale * (number - zero point). */
enum sdk_type { SDK_INT8, SDK_UINT8 };

/* Errors (the label of the reply). */
typedef enum SDKError {
    SDK_SUCCESS = 0,
    SDK_DESERIALIZE_FAILED = 1,         /* the request is not well-formed */
    SDK_SERIALIZE_FAILED = 2,           /* an argument is longer than its limit, or the result does not fit */
    SDK_INVALID_BADGE = 3,              /* the application is not (or no longer) registered */
    SDK_INVALID_STRING = 4,             /* empty key, or a NUL byte in a key or name */
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
    SDK_OUT_OF_RESOURCES = 17,          /* a quota of the manifest, or the system's memory, is used up */
    SDK_NO_MODEL_OUTPUT = 18,
    SDK_SERVICE_RESTARTED = 19,         /* the service that had the request died and was started again */
    SDK_PERMISSION_DENIED = 20,         /* the manifest does not grant this kind of request */
    SDK_NO_SUCH_PEER = 21,              /* the two manifests do not name each other */
    SDK_PEER_NOT_RUNNING = 22,
    SDK_QUEUE_FULL = 23,                /* the receiver has to take messages first */
    SDK_TIMED_OUT = 24,
    SDK_MODEL_BUSY = 25,                /* it runs, or the vector core has to make room: to be asked again */
    SDK_NOT_RECORDING = 26,             /* audio was not started */
    SDK_ERRORS
} SDKError;

/* Permissions: bits, and their names in a manifest in this order. Ping, time and the system calls need none. */
enum {
    SDK_MAY_LOG = 1 << 0,
    SDK_MAY_KEYS = 1 << 1,
    SDK_MAY_TIMERS = 1 << 2,
    SDK_MAY_MODELS = 1 << 3,
    SDK_MAY_MESSAGES = 1 << 4,
    SDK_MAY_ATTEST = 1 << 5,            /* tells which device this is, and what else is installed; takes the security core a tenth of a second */
    SDK_MAY_AUDIO = 1 << 6,             /* hears what is said near the device */
};
#define SDK_PERMISSION_NAMES { "log", "keys", "timers", "models", "messages", "attest", "audio" }

/* Limits; a request beyond them is answered with an error. */
#define SDK_KEY_MAX     63u     /* bytes of a key */
#define SDK_VALUE_MAX   4096u   /* bytes of a value */
#define SDK_PART_MAX    1024u   /* bytes of a value in one request */
#define SDK_LOG_MAX     360u    /* bytes of one log message */
#define SDK_TIMERS      31u     /* timer ids 0..30 of each application */
#define SDK_NAME_MAX    63u     /* bytes of an application's name */
#define SDK_MESSAGE_MAX 1024u   /* bytes of a message to another application */
#define SDK_QUEUE_BYTES 2048u   /* of messages that wait for one receiver; each takes 4 bytes and its own, padded to 4 */
#define SDK_NONCE_MIN   8u      /* bytes of a nonce */
#define SDK_NONCE_MAX   32u
#define SDK_STATEMENT_MAX 1024u /* bytes of a statement; packages that have no place in it are hashed, but not listed */
#define SDK_REQUEST_MAX 1280u   /* bytes of a request's arguments in the message area */
#define SDK_MODEL_INPUT_MAX 256u /* bytes of input in a request */
#define SDK_AUDIO_RATE  16000u  /* samples in a second */
#define SDK_AUDIO_MAX   1024u   /* samples in a request */
#define SDK_ARGS_MAX    512u    /* bytes of all arguments of a start with their NULs */

/* Ends the application. a0 = exit code. Does not return. */
#define SDK_EXIT_SYSCALL 0x4b455854u    /* "KEXT" */

/* The heap: memory behind the page of the IPC buffer, readable and writable, zero where it is new. a0 = wanted size in bytes, or
 * SDK_HEAP_QUERY to change nothing. The size is rounded up to pages, and may become more than was wanted: the system grows it in
 * few large steps and takes back whole steps only. Returns a0 = SDK_SUCCESS or SDK_OUT_OF_RESOURCES (nothing has changed then),
 * a1 = address of the heap, a2 = its size, a3 = bytes of memory that the application uses altogether, a4 = how many it may. */
#define SDK_HEAP_SYSCALL 0x4b484550u    /* "KHEP" */
#define SDK_HEAP_QUERY   (~0ul)
