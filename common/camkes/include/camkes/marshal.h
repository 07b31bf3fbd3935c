/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Arguments of procedure calls as words: a bounds-checked reader and writer over an IPC buffer's message or a shared
 * page. A reader or writer that meets its end turns bad and stays bad: get returns 0 and put does nothing, so a
 * stub may handle all its arguments and look at the outcome once.
 *
 * Encoding: a scalar is one word (64-bit scalars: low word first where a word has 32 bits). A string or array is
 * its length in bytes (one word), then its bytes padded to words. */
#ifndef CAMKES_MARSHAL_H
#define CAMKES_MARSHAL_H

#include <sel4/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of words that is read or written from its front. */
typedef struct camkes_stream {
    seL4_Word *at;  /* next word */
    seL4_Word *end; /* first word behind the stream; at = end = NULL when bad */
} camkes_stream_t;

/* Words that fit into one IPC message and into one shared page. */
#define CAMKES_IPC_WORDS 120u
#define CAMKES_PAGE_WORDS (4096u / sizeof(seL4_Word))
/* Largest array or string argument (bytes) over each transport: X_MAX_DATA of the generated headers. */
#define CAMKES_IPC_MAX_DATA 440u
#define CAMKES_PAGE_MAX_DATA 3584u

/* Stream over `words` words from `base`. */
static inline camkes_stream_t camkes_stream(void *base, size_t words)
{
    seL4_Word *at = (seL4_Word *)base;
    return (camkes_stream_t){ at, words != 0 ? at + words : at }; /* base may be NULL */
}

/* True when something did not fit or was not there. */
static inline bool camkes_bad(const camkes_stream_t *s) { return s->end == NULL; }

/* Next scalar; 0 when there is none. */
seL4_Word camkes_get_word(camkes_stream_t *s);
uint64_t camkes_get_u64(camkes_stream_t *s);

/* Bytes of the next array or string, in place; their number goes to *bytes. Bad, NULL and 0 when they are not all
 * there. In a shared page the other side can change them at any time. */
const void *camkes_get_ref(camkes_stream_t *s, size_t *bytes);

/* Copies the next array into dst; returns its length in bytes. Bad when it is longer than cap bytes. */
size_t camkes_get_array(camkes_stream_t *s, void *dst, size_t cap);

/* Copies the next string into dst of cap > 0 bytes and terminates it. Bad (and dst empty) when it does not fit. */
void camkes_get_string(camkes_stream_t *s, char *dst, size_t cap);

/* Append a scalar. */
void camkes_put_word(camkes_stream_t *s, seL4_Word value);
void camkes_put_u64(camkes_stream_t *s, uint64_t value);

/* Append an array of `bytes` bytes, or a NUL-terminated string (without its NUL). */
void camkes_put_array(camkes_stream_t *s, const void *src, size_t bytes);
void camkes_put_string(camkes_stream_t *s, const char *text);

/* Append one word that is filled in later (a return value in front of output arrays); NULL when full. */
seL4_Word *camkes_put_slot(camkes_stream_t *s);

/* Array that is produced in place: begin gives the address of its bytes and in *cap how many fit (NULL and 0 when
 * none), end fixes its length. */
void *camkes_put_begin(camkes_stream_t *s, size_t *cap);
void camkes_put_end(camkes_stream_t *s, size_t bytes);

#endif
