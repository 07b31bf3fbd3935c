/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Cryptography that costs nothing, for tests in which it is not what matters. */
#define TOY_CRYPTO_ALL
#include "../fuzz/parsers/toy_crypto.h"
