/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* An application as kernel objects. */
#include "bundles.h"

/* Reads, checks and loads the stored image of a claimed entry and lets it run. On failure nothing is left and the result is
 * a ProcessManagerError or BUNDLE_ERROR_BASE + BundleError; the entry stays with the caller in either case. */
int process_start(struct bundle *bundle);

/* Ends the thread and returns everything the application had, wherever copies of its capabilities went. Works on half-made
 * ones too. The entry's state does not change. */
void process_destroy(struct bundle *bundle);
