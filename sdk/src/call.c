/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "call.h"
#include <sel4/sel4.h>

/* Set by the start-up code. */
seL4_IPCBuffer *__sel4_ipc_buffer;
uintptr_t sdk_start[4];

camkes_stream_t sdk_begin(void)
{
    return camkes_stream(__sel4_ipc_buffer->msg, CAMKES_IPC_WORDS);
}

int sdk_call(unsigned request, camkes_stream_t *stream)
{
    if (camkes_bad(stream))
        return SDK_SERIALIZE_FAILED;
    seL4_Word length = (seL4_Word)(stream->at - __sel4_ipc_buffer->msg);
    seL4_MessageInfo_t info = seL4_Call(sdk_start[1], seL4_MessageInfo_new(request, 0, 0, length));
    seL4_Word error = seL4_MessageInfo_get_label(info);
    *stream = camkes_stream(__sel4_ipc_buffer->msg, seL4_MessageInfo_get_length(info));
    return error < SDK_ERRORS ? (int)error : SDK_UNKNOWN_RESPONSE;
}
