/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "store.h"

#include <bundle/bundle.h>

/* Checks the whole image of a package, data included, against the rules for its kind. */
BundleError image_validate(const struct package *package);

/* Writes the manifest of a bundle, or, when it has none, what is known about it, as text into out of cap bytes, always terminated, cut at the end if need be. False when
 * there is no such bundle. */
bool image_manifest(const char *name, char *out, size_t cap);
