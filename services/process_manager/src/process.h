/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* An application as kernel objects. */
#include "args.h"
#include "bundles.h"

/* Reads, checks and loads the stored image of a claimed entry and lets it run. args: further arguments, each with its NUL; none:
 * those of the manifest. On failure nothing is left and the result is a ProcessManagerError, BUNDLE_ERROR_BASE + BundleError or a
 * MANIFEST_ERROR; the entry stays with the caller in either case. */
int process_start(struct bundle *bundle, const uint8_t *args, size_t length);

/* Looks at an installed image and its manifest, with the same errors. */
int process_check(const char *name);

/* The same for the beginning of one that is being installed (image_check_beginning). */
int process_check_beginning(const char *name, const uint8_t *bytes, size_t n, uint32_t size);

/* Ends the thread and returns everything the application had, wherever copies of its capabilities went. Works on half-made
 * ones too. The entry's state does not change. */
void process_destroy(struct bundle *bundle);

/* These change the state. */
int process_suspend(struct bundle *bundle);
int process_resume(struct bundle *bundle);

/* Processor time since the start. */
uint64_t process_cpu_us(struct bundle *bundle);

/* After a restart of this component: what was half done is undone, and what lives goes on. */
void process_recover(void);
