/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Tests of firmware/security_core/crypto that run on the host (tests/unit/crypto_test.c) and on the target (main.c). A case returns
 * NULL, or the text of the check that failed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crypto_case {
    const char *name;
    const char *(*run)(void);
};

/* Lists, each ended by an entry without name. */
extern const struct crypto_case hash_cases[], signature_cases[], seal_cases[], pool_cases[];

/* Of the tests that flip every bit of something, every which bit: 1 on the host. */
extern const unsigned bit_stride;

#define CHECK_TEXT_(line) #line
#define CHECK_TEXT(line)  CHECK_TEXT_(line)
#define CHECK(condition)                                                      \
    do {                                                                      \
        if (!(condition))                                                     \
            return __FILE__ ":" CHECK_TEXT(__LINE__) ": " #condition;         \
    } while (0)

/* Hexadecimal text to at most `most` bytes; returns how many. */
size_t unhex(const char *text, void *out, size_t most);

bool equal(const void *a, const void *b, size_t n);
bool all_zero(const void *memory, size_t n);
void flip_bit(void *memory, size_t bit);

/* The platform's random numbers: a fixed sequence, or failures. */
extern bool random_fails;
