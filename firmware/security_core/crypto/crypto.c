/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Bytes to Mbed TLS's numbers and contexts, and its errors to ours. */
#include "crypto.h"

#include <string.h>

#include <mbedtls/aes.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/gcm.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>

#define P256_BYTES 32u

void crypto_wipe(void *memory, size_t n) { mbedtls_platform_zeroize(memory, n); }

/* --- SHA-256 (compiled in software: these functions of Mbed TLS cannot fail) ----------------------------------------- */

_Static_assert(sizeof(mbedtls_sha256_context) <= sizeof(struct crypto_sha256), "struct crypto_sha256 is Mbed TLS's context");
_Static_assert(_Alignof(mbedtls_sha256_context) <= _Alignof(struct crypto_sha256), "struct crypto_sha256 is Mbed TLS's context");

static mbedtls_sha256_context *context_of(struct crypto_sha256 *hash) { return (mbedtls_sha256_context *)(void *)hash; }

void crypto_sha256_start(struct crypto_sha256 *hash)
{
    mbedtls_sha256_init(context_of(hash));
    (void)mbedtls_sha256_starts_ret(context_of(hash), 0);
}

void crypto_sha256_add(struct crypto_sha256 *hash, const void *data, size_t n)
{
    (void)mbedtls_sha256_update_ret(context_of(hash), data, n);
}

void crypto_sha256_finish(struct crypto_sha256 *hash, uint8_t out[CRYPTO_HASH])
{
    (void)mbedtls_sha256_finish_ret(context_of(hash), out);
    mbedtls_sha256_free(context_of(hash));
}

/* --- ECDSA --------------------------------------------------------------------------------------------------------- */

/* For Mbed TLS; its callers pass an error of it on. */
static int random_of_platform(void *unused, unsigned char *out, size_t n)
{
    (void)unused;
    return platform_random(out, n) == 0 ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

static int error_of(int mbedtls)
{
    switch (mbedtls) {
    case 0:
        return CRYPTO_OK;
    case MBEDTLS_ERR_ECP_VERIFY_FAILED:
    case MBEDTLS_ERR_GCM_AUTH_FAILED:
        return CRYPTO_REFUSED;
    case MBEDTLS_ERR_ECP_INVALID_KEY:
        return CRYPTO_BAD_KEY;
    case MBEDTLS_ERR_ECP_RANDOM_FAILED:
        return CRYPTO_NO_RANDOM;
    case MBEDTLS_ERR_MPI_ALLOC_FAILED:
    case MBEDTLS_ERR_ECP_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_BAD_INPUT_DATA: /* a generator of nonces without memory is only noticed when it is asked for one */
    case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
        return CRYPTO_NO_MEMORY;
    default:
        return CRYPTO_FAILED;
    }
}

struct operands {
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi private_key, r, s;
};

static int start(struct operands *o)
{
    mbedtls_ecp_group_init(&o->group);
    mbedtls_ecp_point_init(&o->point);
    mbedtls_mpi_init(&o->private_key);
    mbedtls_mpi_init(&o->r);
    mbedtls_mpi_init(&o->s);
    return mbedtls_ecp_group_load(&o->group, MBEDTLS_ECP_DP_SECP256R1);
}

static int finish(struct operands *o, int error)
{
    mbedtls_mpi_free(&o->s);
    mbedtls_mpi_free(&o->r);
    mbedtls_mpi_free(&o->private_key);
    mbedtls_ecp_point_free(&o->point);
    mbedtls_ecp_group_free(&o->group);
    return error_of(error);
}

/* x || y with the prefix of the uncompressed form (SEC 1, section 2.3.4), which Mbed TLS reads and writes. */
struct encoded_point {
    uint8_t prefix, xy[CRYPTO_PUBLIC_KEY];
};
_Static_assert(sizeof(struct encoded_point) == 1 + CRYPTO_PUBLIC_KEY, "no padding");

/* The point must be on the curve: Mbed TLS's verification does not look. */
static int read_point(struct operands *o, const uint8_t xy[CRYPTO_PUBLIC_KEY])
{
    struct encoded_point encoded = { .prefix = 4 };
    memcpy(encoded.xy, xy, sizeof encoded.xy);
    int error = mbedtls_ecp_point_read_binary(&o->group, &o->point, &encoded.prefix, sizeof encoded);
    return error != 0 ? error : mbedtls_ecp_check_pubkey(&o->group, &o->point);
}

int crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_KEY], const uint8_t digest[CRYPTO_HASH],
                  const uint8_t signature[CRYPTO_SIGNATURE])
{
    struct operands o;
    int error = start(&o);
    if (error == 0)
        error = read_point(&o, public_key);
    if (error == 0)
        error = mbedtls_mpi_read_binary(&o.r, signature, P256_BYTES);
    if (error == 0)
        error = mbedtls_mpi_read_binary(&o.s, signature + P256_BYTES, P256_BYTES);
    if (error == 0)
        error = mbedtls_ecdsa_verify(&o.group, digest, CRYPTO_HASH, &o.point, &o.r, &o.s);
    return finish(&o, error);
}

/* Both numbers or none. */
static int write_signature(const struct operands *o, uint8_t signature[CRYPTO_SIGNATURE])
{
    uint8_t out[CRYPTO_SIGNATURE];
    int error = mbedtls_mpi_write_binary(&o->r, out, P256_BYTES);
    if (error == 0)
        error = mbedtls_mpi_write_binary(&o->s, out + P256_BYTES, P256_BYTES);
    if (error == 0)
        memcpy(signature, out, sizeof out);
    return error;
}

int crypto_sign(const uint8_t private_key[CRYPTO_KEY], const uint8_t digest[CRYPTO_HASH], uint8_t signature[CRYPTO_SIGNATURE])
{
    struct operands o;
    int error = start(&o);
    if (error == 0)
        error = mbedtls_mpi_read_binary(&o.private_key, private_key, CRYPTO_KEY);
    if (error == 0)
        error = mbedtls_ecdsa_sign_det_ext(&o.group, &o.r, &o.s, &o.private_key, digest, CRYPTO_HASH, MBEDTLS_MD_SHA256,
                                           random_of_platform, NULL);
    if (error == 0)
        error = write_signature(&o, signature);
    return finish(&o, error);
}

int crypto_public_key(const uint8_t private_key[CRYPTO_KEY], uint8_t public_key[CRYPTO_PUBLIC_KEY])
{
    struct operands o;
    struct encoded_point encoded;
    size_t n;
    int error = start(&o);
    if (error == 0)
        error = mbedtls_mpi_read_binary(&o.private_key, private_key, CRYPTO_KEY);
    if (error == 0)
        error = mbedtls_ecp_mul(&o.group, &o.point, &o.private_key, &o.group.G, random_of_platform, NULL);
    if (error == 0)
        error = mbedtls_ecp_point_write_binary(&o.group, &o.point, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, &encoded.prefix, sizeof encoded);
    if (error == 0)
        memcpy(public_key, encoded.xy, sizeof encoded.xy);
    return finish(&o, error);
}

/* --- The inverse of AES, which nothing here uses (mbedtls_config.h) ----------------------------------------------------- */

int mbedtls_aes_setkey_dec(mbedtls_aes_context *aes, const unsigned char *key, unsigned int bits)
{
    (void)aes, (void)key, (void)bits;
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_internal_aes_decrypt(mbedtls_aes_context *aes, const unsigned char input[16], unsigned char output[16])
{
    (void)aes, (void)input, (void)output;
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

/* --- AES-GCM ------------------------------------------------------------------------------------------------------- */

int crypto_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in,
                size_t n, void *out, uint8_t tag[CRYPTO_TAG])
{
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int error = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, CRYPTO_KEY * 8);
    if (error == 0)
        error = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, n, nonce, CRYPTO_NONCE, aad, aad_n, in, out, CRYPTO_TAG, tag);
    mbedtls_gcm_free(&gcm);
    return error_of(error);
}

int crypto_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in,
                size_t n, void *out, const uint8_t tag[CRYPTO_TAG])
{
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int error = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, CRYPTO_KEY * 8);
    if (error == 0)
        error = mbedtls_gcm_auth_decrypt(&gcm, n, nonce, CRYPTO_NONCE, aad, aad_n, tag, CRYPTO_TAG, in, out);
    mbedtls_gcm_free(&gcm);
    if (error != 0)
        crypto_wipe(out, n);
    return error_of(error);
}

/* --- HMAC and HKDF --------------------------------------------------------------------------------------------------------- */

int crypto_mac(const uint8_t key[CRYPTO_KEY], const void *data, size_t n, uint8_t out[CRYPTO_HASH])
{
    uint8_t mac[CRYPTO_HASH];
    int error = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key, CRYPTO_KEY, data, n, mac);
    if (error == 0)
        memcpy(out, mac, sizeof mac);
    return error_of(error);
}

int crypto_derive(const uint8_t key[CRYPTO_KEY], const char *label, const void *context, size_t n, uint8_t out[CRYPTO_KEY])
{
    uint8_t info[CRYPTO_INFO_MAX], derived[CRYPTO_KEY];
    size_t label_n = strlen(label) + 1;
    if (label_n > sizeof info || n > sizeof info - label_n)
        return CRYPTO_BAD_SIZE;
    memcpy(info, label, label_n);
    if (n != 0)
        memcpy(info + label_n, context, n);
    int error = mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), NULL, 0, key, CRYPTO_KEY, info, label_n + n, derived,
                             sizeof derived);
    if (error == 0)
        memcpy(out, derived, sizeof derived);
    crypto_wipe(derived, sizeof derived);
    return error_of(error);
}
