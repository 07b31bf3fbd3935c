/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* One request to the SDK runtime: begin, put arguments, call, get results. Private to the SDK. */
#include <camkes/marshal.h>
#include <sdk.h>

camkes_stream_t sdk_begin(void);

/* The same for arguments or results that may be too large for message registers: through the message area. */
camkes_stream_t sdk_begin_large(void);

/* Sends the request; afterwards *stream holds the results. Returns SDKError; SDK_SERIALIZE_FAILED when the arguments did
 * not fit into a message. */
int sdk_call(unsigned request, camkes_stream_t *stream);

_Noreturn void sdk_exit(int code);

/* The system call SDK_HEAP_SYSCALL; result: what is in a0..a4 after it. */
void sdk_heap_call(uintptr_t wanted, uintptr_t result[5]);
