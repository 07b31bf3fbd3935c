/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/request.h>
#include <stdbool.h>

#include "../dispatch.h"

/* The arguments of a request, taken one after the other. They are shared memory: each byte is read once, and checked where it was copied to. After
 * one that is not there all others are not there, either. */
struct arguments {
    const uint8_t *at;
    size_t left;
    bool bad;
};

struct arguments arguments_of(const struct request *request);
uint32_t argument_word(struct arguments *arguments);

/* 1 to CORE_NAME_SIZE - 1 bytes and a NUL. */
bool argument_name(struct arguments *arguments, char name[CORE_NAME_SIZE]);

/* Whether these were all. */
bool arguments_end(const struct arguments *arguments);

/* Copies a name that is known to have less than CORE_NAME_SIZE bytes. */
void copy_name(char to[CORE_NAME_SIZE], const char *from);

/* Whether this is a bundle id: A-Z a-z 0-9 . _ -, not beginning with '.' or '-'. */
bool is_bundle_id(const char *name);

/* Takes and checks the name of a bundle: CORE_SUCCESS, CORE_DESERIALIZE_FAILED or CORE_BUNDLE_ID_INVALID. */
uint32_t argument_bundle(struct arguments *arguments, char name[CORE_NAME_SIZE]);

/* Appends n bytes to the results; false when there is no room. */
bool result_add(struct request *request, const void *bytes, size_t n);
bool result_word(struct request *request, uint32_t word);
bool result_name(struct request *request, const char *name);
