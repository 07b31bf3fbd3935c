/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What is installed: questions to the security core. Functions return a security_error; names are NUL-terminated and not trusted.
 */

int package_uninstall(const char *name);

/* The index-th bundle in the order of the names. */
int package_name(uint32_t index, char *name, size_t cap);

/* Bytes of an application's image. */
int package_size(const char *name, uint32_t *size);

/* The index-th model of a bundle, in no certain order: its name and the bytes of its image; and those of the one with this name. */
int package_model(const char *name, uint32_t index, char *model, size_t cap, uint32_t *size);
int package_model_size(const char *name, const char *model, uint32_t *size);

/* The figures of the store, as the security core says them (struct core_store). *n: in, room; out, bytes. */
int package_flash(uint8_t *figures, size_t *n);

/* Copies bytes of an image; model: "" for the application. *n: in, room; out, bytes, fewer than `length` only for want of room or at the end. */
int package_load(const char *name, const char *model, uint32_t offset, uint32_t length, uint8_t *to, size_t *n);
