/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/request.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One request. Arguments and results are at the same place: a handler has read all of the former before it writes the first of the latter.
 * With a long request this is shared memory: the other side can change it at any time, so what is checked has to be copied first, and nothing
 * is read twice. It is word aligned.
 */
struct request {
    uint8_t *data;                  /* behind the number of the request, or the error of the reply */
    size_t size;                    /* bytes of arguments */
    size_t room;                    /* bytes that the results may have */
    size_t result;                  /* bytes of results: set by the handler; 0 when it is called */
};

/* Serves a request; returns a core_error. Every function of the firmware that a request can call is in the table of dispatch.c. */
typedef uint32_t request_handler(struct request *request);

/* Finds the handler and calls it. CORE_NOT_SUPPORTED: this firmware has none. */
uint32_t dispatch(uint32_t number, struct request *request);

/* A message: number and arguments of a request at a word-aligned place, where error and results go, of at most `room` bytes (4 at least). Returns the
 * size of the reply. */
size_t dispatch_message(uint8_t *data, size_t size, size_t room);

/* A message in the original's format: `size` bytes at a word-aligned place, the answer in place. */
void dispatch_original(uint8_t *data, size_t size);

request_handler handle_echo, handle_test_mailbox, handle_statistics, handle_store;
request_handler handle_install, handle_install_app, handle_install_model, handle_install_data, handle_install_end, handle_install_abort;
request_handler handle_uninstall, handle_get_packages, handle_size_buffer, handle_get_manifest, handle_load_application, handle_load_model,
    handle_get_models;
request_handler handle_read_key, handle_write_key, handle_delete_key, handle_list_keys;
request_handler handle_attest, handle_boot_ok;
