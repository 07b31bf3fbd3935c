/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The signature section of a package against the rules. */

#include "package.h"

/* size bytes of data of a signature section: BUNDLE_OK and *signature, whose pointers lead into data, only if one of the keys has
 * signed them, for the name, with a version that is high enough. */
BundleError signed_check(struct bundle_signature *signature, const struct package_rules *rules, const uint8_t *data, uint32_t size);
