/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "call.h"
#include <sel4/sel4.h>

/* Set by the start-up code. */
seL4_IPCBuffer *__sel4_ipc_buffer;
uintptr_t sdk_start[4];

/* The page of the IPC buffer begins with it. */
static seL4_Word *area(void)
{
    return (seL4_Word *)(void *)((char *)__sel4_ipc_buffer + SDK_AREA_OFFSET);
}

camkes_stream_t sdk_begin(void)
{
    return camkes_stream(__sel4_ipc_buffer->msg, CAMKES_IPC_WORDS);
}

camkes_stream_t sdk_begin_large(void)
{
    return camkes_stream(area(), SDK_AREA_BYTES / sizeof(seL4_Word));
}

/* Where results are: their words, as the reply says. */
static camkes_stream_t results(bool large, seL4_MessageInfo_t info)
{
    seL4_Word words = seL4_MessageInfo_get_length(info);
    if (!large)
        return camkes_stream(__sel4_ipc_buffer->msg, words);
    words = words == 1 ? seL4_GetMR(0) : 0;
    return camkes_stream(area(), words <= SDK_AREA_BYTES / sizeof(seL4_Word) ? words : 0);
}

int sdk_call(unsigned request, camkes_stream_t *stream)
{
    if (camkes_bad(stream))
        return SDK_SERIALIZE_FAILED;
    bool large = stream->at >= area();
    seL4_Word words = (seL4_Word)(stream->at - (large ? area() : __sel4_ipc_buffer->msg));
    if (large) {
        seL4_SetMR(0, words);
        request += SDK_IN_AREA;
        words = 1;
    }
    seL4_MessageInfo_t info = seL4_Call(sdk_start[1], seL4_MessageInfo_new(request, 0, 0, words));
    seL4_Word error = seL4_MessageInfo_get_label(info);
    *stream = results(large, info);
    return error < SDK_ERRORS ? (int)error : SDK_UNKNOWN_RESPONSE;
}
