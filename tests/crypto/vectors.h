/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Published test vectors as hexadecimal text; each list ends with an entry whose first member is NULL. */

#include <stdbool.h>

struct sha256_vector {
    const char *message, *digest;
};
struct signature_vector {
    const char *message, *x, *y, *r, *s;
    bool valid;
};
struct key_pair_vector {
    const char *private_key, *x, *y;
};
struct public_key_vector {
    const char *x, *y;
    bool valid;
};
struct gcm_vector {
    const char *key, *nonce, *aad, *plain, *cipher, *tag;
    bool valid;
};
struct hkdf_vector {
    const char *key, *salt, *info, *output;
};
struct hmac_vector {
    const char *key, *message, *result;
};

extern const struct sha256_vector sha256_vectors[];
extern const struct signature_vector signature_vectors[];
extern const struct key_pair_vector key_pair_vectors[];
extern const struct public_key_vector public_key_vectors[];
extern const struct gcm_vector gcm_vectors[];
extern const struct hkdf_vector hkdf_vectors[];
extern const struct hmac_vector hmac_vectors[];
