/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/*
 * Recovery images, and the rollback counter that goes with them, in the store. A set is a manifest and its images, one object; the one that was
 * confirmed last is what is started when those in memory are refused. README.md has the rules. Needs nothing of the machine but what is
 * declared below: tested on the host, with power cuts. Functions that return an int return a store_error.
 */

#include "../store/store.h"
#include "manifest.h"

/* Writes the images that are in memory, and were found good, unless they are in the store. Nothing relies on them yet. At most one other set,
 * the confirmed one, is left. *written: they were not there, and have been compared with the flash while they were written. */
int recovery_save(struct store *store, const struct boot_manifest *manifest, bool *written);

/* The images of this version and digest, which run, are good: the next recovery is with them, and with nothing older than them. Both at
 * once, or neither; and only if all of them are in the store; they are read once more, unless they have been written since the start. `manifest` is memory to work with. Nothing is
 * written when nothing changes. */
int recovery_confirm(struct store *store, struct boot_manifest *manifest, uint32_t version, const uint8_t digest[CRYPTO_HASH], bool written);

/* Copies the confirmed images to their places, or, if these are not good, any others that are. BOOT_NO_MANIFEST: there are none; else what is wrong
 * with the last that was tried. */
enum boot_error recovery_load(struct store *store, struct boot_manifest *manifest, const struct boot_rules *rules);

/* The rollback counter; 0 if it never was raised. If it can not be read, the error, and the lowest version of all images in the store: it was raised
 * together with the confirmed ones, and what has been saved since was not below it. 0: there are none, either. */
int recovery_counter(struct store *store, uint32_t *version);

/* --- for the user of the module to implement, besides those of manifest.h --- */

/* The memory of (a part of) a segment that was checked, to be written. */
uint8_t *recovery_memory(uint32_t base, uint32_t size);

/* A segment there can not be written: it is compared, but neither saved nor restored. */
bool recovery_is_rom(uint32_t base);
