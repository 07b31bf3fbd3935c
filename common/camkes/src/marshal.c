/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <camkes/marshal.h>

#define WORD sizeof(seL4_Word)

static void turn_bad(camkes_stream_t *s) { *s = (camkes_stream_t){ NULL, NULL }; }

static size_t bytes_left(const camkes_stream_t *s) { return (size_t)(s->end - s->at) * WORD; }

static void copy(void *dst, const void *src, size_t n)
{
    __builtin_memcpy(dst, src, n);
}

/* Takes n words off the front; NULL (and bad) when there are fewer. */
static seL4_Word *take(camkes_stream_t *s, size_t n)
{
    seL4_Word *at = s->at;
    if (n > (size_t)(s->end - at)) {
        turn_bad(s);
        return NULL;
    }
    if (n != 0) /* C11 6.5.6: nothing may be added to a null pointer, not even 0 */
        s->at = at + n;
    return at;
}

static size_t words_of(size_t bytes) { return bytes / WORD + (bytes % WORD != 0); }

seL4_Word camkes_get_word(camkes_stream_t *s)
{
    const seL4_Word *word = take(s, 1);
    return word ? *word : 0;
}

uint64_t camkes_get_u64(camkes_stream_t *s)
{
    uint64_t low = camkes_get_word(s);
    return WORD == 8 ? low : low | (uint64_t)camkes_get_word(s) << 32;
}

const void *camkes_get_ref(camkes_stream_t *s, size_t *bytes)
{
    size_t n = camkes_get_word(s);
    const void *at = take(s, words_of(n));
    *bytes = at ? n : 0;
    return at;
}

size_t camkes_get_array(camkes_stream_t *s, void *dst, size_t cap)
{
    size_t n;
    const void *at = camkes_get_ref(s, &n);
    if (n > cap) {
        turn_bad(s);
        return 0;
    }
    if (n) {
        copy(dst, at, n);
    }
    return n;
}

void camkes_get_string(camkes_stream_t *s, char *dst, size_t cap)
{
    dst[camkes_get_array(s, dst, cap - 1)] = '\0';
}

void camkes_put_word(camkes_stream_t *s, seL4_Word value)
{
    seL4_Word *word = take(s, 1);
    if (word) {
        *word = value;
    }
}

void camkes_put_u64(camkes_stream_t *s, uint64_t value)
{
    camkes_put_word(s, (seL4_Word)value);
    if (WORD == 4) {
        camkes_put_word(s, (seL4_Word)(value >> 32));
    }
}

seL4_Word *camkes_put_slot(camkes_stream_t *s) { return take(s, 1); }

void *camkes_put_begin(camkes_stream_t *s, size_t *cap)
{
    size_t left = bytes_left(s);
    *cap = left > WORD ? left - WORD : 0;
    return *cap ? s->at + 1 : NULL;
}

void camkes_put_end(camkes_stream_t *s, size_t bytes)
{
    seL4_Word *length = take(s, 1);
    if (length && take(s, words_of(bytes))) {
        *length = bytes;
    }
}

void camkes_put_array(camkes_stream_t *s, const void *src, size_t bytes)
{
    size_t cap;
    void *at = camkes_put_begin(s, &cap);
    if (bytes && bytes <= cap) {
        copy(at, src, bytes);
    }
    camkes_put_end(s, bytes);
}

void camkes_put_string(camkes_stream_t *s, const char *text) { camkes_put_array(s, text, __builtin_strlen(text)); }
