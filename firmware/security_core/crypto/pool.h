/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The memory of Mbed TLS: a static pool. Every operation of crypto.h gives back all that it took. */

#include <stddef.h>

/* Bytes: 2560 with 32-bit words, of which the most demanding operation needs 1936 (README.md has the peak of each). */
#define CRYPTO_POOL_SIZE (640u * sizeof(void *))

/* n * size bytes of zeros, aligned to a machine word, or NULL when the pool is exhausted or n * size is no size. */
void *crypto_pool_calloc(size_t n, size_t size);

/* Gives back what crypto_pool_calloc returned (or NULL) and overwrites it with zeros. */
void crypto_pool_free(void *memory);

/* Bytes in use now, and the most of the pool ever reached, both with the blocks' headers. */
size_t crypto_pool_used(void);
size_t crypto_pool_peak(void);
