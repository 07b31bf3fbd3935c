/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* SDKRuntime: what applications call. It has one endpoint for other components and, with badges of their own, for
 * applications; it never waits for anybody but services above it. Capabilities in requests are not received: no
 * receive slot is set, and the applications' endpoint capabilities cannot grant. */
#include "apps.h"
#include "requests.h"
#include "timers.h"
#include <camkes.h>
#include <kata/sdk_abi.h>
#include <sdk_runtime.h>
#include "backend.h"

#define RIGHTS_WRITE_GRANT_REPLY 9u
#define MINT_SLOT SELF_CNODE_FIRST_SLOT     /* an endpoint capability on its way out */
#define PROCESS_MANAGER 0u                  /* the only client that may register applications: first in the connection */

static bool answer(int error, const camkes_stream_t *out)
{
    seL4_Word length = error == SDK_SUCCESS && !camkes_bad(out) ? (seL4_Word)(out->at - __sel4_ipc_buffer->msg) : 0;
    camkes_raw_reply(seL4_MessageInfo_new((seL4_Word)error, 0, 0, length));
    return true;
}

bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct app *app = app_find(CAMKES_DYNAMIC_ID(badge));
    seL4_Word length = seL4_MessageInfo_get_length(info);
    camkes_stream_t in = camkes_stream(__sel4_ipc_buffer->msg, length < CAMKES_IPC_WORDS ? length : CAMKES_IPC_WORDS);
    camkes_stream_t out = camkes_stream(__sel4_ipc_buffer->msg, CAMKES_IPC_WORDS);
    if (app == NULL)
        return answer(SDK_INVALID_BADGE, &out);
    if (seL4_MessageInfo_get_extraCaps(info) != 0)
        return answer(SDK_UNKNOWN_REQUEST, &out);
    int error = request_serve(app, seL4_MessageInfo_get_label(info), &in, &out);
    return error == REQUEST_PARKED || answer(error, &out);
}

int park_caller(void)
{
    return camkes_park();
}

void answer_parked(int handle, uint32_t mask)
{
    seL4_SetMR(0, mask);
    camkes_raw_reply_to(handle, seL4_MessageInfo_new(SDK_SUCCESS, 0, 0, 1));
}

void forget_parked(int handle)
{
    camkes_unpark_drop(handle);
}

void timer_notified(void)
{
    timers_collect();
}

static bool mint_endpoint(uint32_t app_id)
{
    return seL4_CNode_Mint(SELF_CNODE, MINT_SLOT, seL4_WordBits, SELF_CNODE, SELF_ENDPOINT, seL4_WordBits,
                           SEL4_RIGHTS(RIGHTS_WRITE_GRANT_REPLY), CAMKES_BADGE_DYNAMIC | app_id) == seL4_NoError;
}

int sdk_manager_get_endpoint(uint32_t app_id, const char *bundle_id)
{
    if (camkes_sender() != PROCESS_MANAGER)
        return SDKM_GET_ENDPOINT_FAILED;
    int error = app_register(app_id, bundle_id);
    if (error != SDKM_SUCCESS)
        return error;
    if (!mint_endpoint(app_id)) {
        (void)app_release(app_id);
        return SDKM_GET_ENDPOINT_FAILED;
    }
    camkes_set_reply_cap(MINT_SLOT, true);
    return SDKM_SUCCESS;
}

int sdk_manager_release_endpoint(uint32_t app_id)
{
    return camkes_sender() == PROCESS_MANAGER ? app_release(app_id) : SDKM_RELEASE_ENDPOINT_FAILED;
}

int sdk_manager_capscan(void)
{
    camkes_capscan();
    return SDKM_SUCCESS;
}
