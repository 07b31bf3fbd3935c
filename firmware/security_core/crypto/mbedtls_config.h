/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What is compiled of Mbed TLS 2.28 (MBEDTLS_CONFIG_FILE), for the target and for the tests on the host alike: SHA-256, HMAC and
 * HKDF with it, AES-GCM, ECDSA on P-256. No files, no clock, no entropy collector, no console. crypto.c is all that calls it.
 * README.md has the measurements behind the choices of size against speed. */
#pragma once

#include <stddef.h>

/* Memory comes from a static pool (pool.c), known at compile time: no function pointers. */
void *crypto_pool_calloc(size_t n, size_t size);
void crypto_pool_free(void *memory);
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO  crypto_pool_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO    crypto_pool_free
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS

/* 32-bit limbs everywhere: the host tests the very code that runs on hart 1. */
#define MBEDTLS_HAVE_INT32

/* Hashes and what is made of them */
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C

/* ECDSA on P-256. Deterministic (RFC 6979): no signature depends on the random numbers being good; they only blind. A verification
 * handles nothing secret and needs none. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_NO_INTERNAL_RNG
#define MBEDTLS_ECP_WINDOW_SIZE        3
#define MBEDTLS_ECP_FIXED_POINT_OPTIM  0
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_ASN1_PARSE_C           /* asked for by ecdsa.c; its DER signatures are not linked */
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_MPI_MAX_SIZE           72

/* AES-GCM. Tables in read-only data, one instead of four. GCM only ever encrypts with AES, in both directions: the inverse of AES (3 KiB),
 * which the table of ciphers would bring in, is replaced by functions that refuse (crypto.c). */
#define MBEDTLS_AES_C
#define MBEDTLS_AES_SETKEY_DEC_ALT
#define MBEDTLS_AES_DECRYPT_ALT
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C

#include "mbedtls/check_config.h"
