/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The manifest of an application: what it wants to be, and what it may have. A text of lines `key = value`; empty lines and what
 * follows a '#' do not count. Every key may be left out, and none may be given twice. Numbers are decimal and may end with K or M
 * (1024 and its square). Names are bundle ids: 1..63 of A-Z a-z 0-9 . _ -, not beginning with '.' or '-'.
 *
 *   key            value                                                          default
 *   name           the bundle's id, for people; must be the id it is installed as -
 *   version        one word, for people                                           -
 *   priority       low, normal or high                                            normal
 *   budget_us      processor time in each period, 100 up to the period            5000
 *   period_us      1000..1000000                                                  10000
 *   stack          bytes, up to 1M                                                16K
 *   heap           bytes at the start                                             0
 *   permissions    any of log keys timers models messages attest, or none         all of them
 *   peers          up to 8 applications that it exchanges messages with           -
 *   models         up to 4 models that it may run                                 -
 *   quota_memory   most bytes of memory, everything counted; at least 16K         what it starts with, and 64K
 *   quota_keys     most keys, up to 24                                            24
 *   quota_timers   most timers at a time, up to 31                                31
 *   args           arguments of the program when it is started without any        -
 */
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_MAX        1024u   /* bytes of a text */
#define MANIFEST_PEERS      8u
#define MANIFEST_MODELS     4u
#define MANIFEST_NAME_MAX   63u
#define MANIFEST_ARGS_MAX   256u    /* bytes of args */

enum manifest_priority { MANIFEST_LOW, MANIFEST_NORMAL, MANIFEST_HIGH };

/* A piece of the text. */
struct manifest_span {
    uint16_t at, length;
};

struct manifest {
    struct manifest_span name, version, args;           /* length 0: not given */
    struct manifest_span peers[MANIFEST_PEERS];         /* length 0 behind the last */
    struct manifest_span models[MANIFEST_MODELS];
    uint32_t budget_us, period_us;
    uint32_t stack, heap;
    uint32_t quota_memory;                              /* 0: not given */
    uint8_t priority;                                   /* enum manifest_priority */
    uint8_t permissions;                                /* SDK_MAY_... */
    uint8_t quota_keys, quota_timers;
};

/* Why a manifest was refused; append only. */
enum manifest_reason {
    MANIFEST_TOO_LARGE = 1,
    MANIFEST_BAD_CHARACTER,     /* not printable ASCII */
    MANIFEST_NO_EQUALS,         /* neither a comment nor key = value */
    MANIFEST_UNKNOWN_KEY,
    MANIFEST_TWICE,
    MANIFEST_NO_VALUE,
    MANIFEST_BAD_NUMBER,
    MANIFEST_OUT_OF_RANGE,
    MANIFEST_UNKNOWN_WORD,
    MANIFEST_BAD_NAME,
    MANIFEST_TOO_MANY,
    MANIFEST_BUDGET_LONGER,
    MANIFEST_OTHER_NAME,        /* than the bundle's id */
    MANIFEST_REASONS
};

/* An error is reason and line in one number, which is larger than those of interfaces and never 0. */
#define MANIFEST_ERROR(reason, line) ((int)((unsigned)(reason) << 16 | (line)))
#define MANIFEST_ERROR_REASON(error) ((unsigned)(error) >> 16)
#define MANIFEST_ERROR_LINE(error)   ((unsigned)(error) & 0xffffu)
#define MANIFEST_IS_ERROR(error)     ((error) >= 0x10000)

/* The values of an application without a manifest. */
void manifest_defaults(struct manifest *manifest);

/* Fills *manifest; spans are offsets into text. Returns 0, or a MANIFEST_ERROR for the first line that is wrong. */
int manifest_parse(struct manifest *manifest, const char *text, size_t length);

/* The same, and the manifest of exactly this bundle: its name, if it has one, is the bundle's id. */
int manifest_check(struct manifest *manifest, const char *text, size_t length, const char *bundle_id);

/* A few words for people; never NULL. */
const char *manifest_error_text(int error);
