/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>

/* Writes the manifest of a bundle, or, when it has none, what is known about it, as text into out of cap bytes, always terminated, cut at the
 * end if need be. Returns a security_error. */
int manifest_of(const char *name, char *out, size_t cap);
