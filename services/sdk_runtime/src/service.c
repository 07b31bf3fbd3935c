/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* SDKRuntime: what applications call. It has one endpoint for other components and, with badges of their own, for
 * applications; it never waits for anybody but services above it. The only capabilities that it receives are frames from the
 * ProcessManager: the applications' endpoint capabilities cannot grant. */
#include "apps.h"
#include "audio.h"
#include "models.h"
#include "requests.h"
#include "timers.h"
#include <camkes.h>
#include "backend.h"

#define RIGHTS_WRITE_GRANT_REPLY 9u
#define PROCESS_MANAGER 0u      /* the only client that may register applications: first in the connection */
#define PAGE ((seL4_Word)1 << seL4_PageBits)

/* Slots: an endpoint capability on its way out, a frame on its way in, then record and page of each application. */
enum {
    MINT_SLOT = SELF_CNODE_FIRST_SLOT,
    RECEIVE_SLOT,
    FRAMES,
    FRAMES_END = FRAMES + 2 * SDK_MAX_APPS,
};
_Static_assert(FRAMES_END - 1 <= SELF_CNODE_LAST_SLOT, "cnode_headroom");

/* Both pages of each application are mapped at the end of what the component's own page table covers. */
#define WINDOW (((seL4_Word)1 << seL4_LargePageBits) - 2 * SDK_MAX_APPS * PAGE)

enum frame { RECORD, APP_PAGE };

static seL4_CPtr slot_of(unsigned entry, enum frame frame)
{
    return FRAMES + 2 * entry + frame;
}

static void *address_of(unsigned entry, enum frame frame)
{
    return (void *)(WINDOW + (2 * entry + frame) * PAGE);
}

struct app *record_at(unsigned i)
{
    return address_of(i, RECORD);
}

static seL4_Word *area_of(const struct app *app)
{
    return (seL4_Word *)((char *)address_of(app_entry(app), APP_PAGE) + SDK_AREA_OFFSET);
}

/* ---- requests of applications ------------------------------------------------------------------------------------ */

static camkes_stream_t results_of(const struct app *app)
{
    return app->in_area ? camkes_stream(area_of(app), SDK_AREA_BYTES / sizeof(seL4_Word))
                        : camkes_stream(__sel4_ipc_buffer->msg, CAMKES_IPC_WORDS);
}

static seL4_MessageInfo_t answer_info(const struct app *app, int error, const camkes_stream_t *out)
{
    seL4_Word length = 0;
    if (error == SDK_SUCCESS && app->in_area) {
        seL4_SetMR(0, (seL4_Word)(out->at - area_of(app)));
        length = 1;
    } else if (error == SDK_SUCCESS) {
        length = (seL4_Word)(out->at - __sel4_ipc_buffer->msg);
    }
    return seL4_MessageInfo_new((seL4_Word)error, 0, 0, length);
}

static int serve(struct app *app, seL4_MessageInfo_t info, camkes_stream_t *out)
{
    seL4_Word length = seL4_MessageInfo_get_length(info), label = seL4_MessageInfo_get_label(info);
    camkes_stream_t in = camkes_stream(__sel4_ipc_buffer->msg, length < CAMKES_IPC_WORDS ? length : CAMKES_IPC_WORDS);
    int error = SDK_SUCCESS;
    app_heard(app);
    app->in_area = false;
    if (label & SDK_IN_AREA) {
        seL4_Word words = camkes_get_word(&in);
        error = request_take(app, area_of(app), words, &in);
        app->in_area = error == SDK_SUCCESS;
    }
    *out = results_of(app);
    return error == SDK_SUCCESS ? request_serve(app, label & ~(seL4_Word)SDK_IN_AREA, &in, out) : error;
}

bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct app *app = app_find(CAMKES_DYNAMIC_ID(badge));
    camkes_stream_t out;
    if (app == NULL) {
        camkes_raw_reply(seL4_MessageInfo_new(SDK_INVALID_BADGE, 0, 0, 0));
        return true;
    }
    int error = seL4_MessageInfo_get_extraCaps(info) == 0 ? serve(app, info, &out) : SDK_UNKNOWN_REQUEST;
    if (error != REQUEST_PARKED)
        camkes_raw_reply(answer_info(app, error, &out));
    return true;
}

bool service_died(void)
{
    return camkes_server_restarted();
}

int park_caller(void)
{
    return camkes_park();
}

camkes_stream_t answer_begin(const struct app *app)
{
    return results_of(app);
}

void answer_end(const struct app *app, int error, const camkes_stream_t *out)
{
    if (error == SDK_SUCCESS && camkes_bad(out))
        error = SDK_SERIALIZE_FAILED;
    camkes_raw_reply_to(app->parked, answer_info(app, error, out));
}

void forget_parked(int handle)
{
    camkes_unpark_drop(handle);
}

void timer_notified(void)
{
    timers_collect();
}

void mlcoord_notified(void)
{
    models_collect();
}

void audio_notified(void);

void audio_notified(void)
{
    recordings_collect();
}

/* ---- sdk_manager ------------------------------------------------------------------------------------------------- */

static void delete(seL4_CPtr slot)
{
    (void)seL4_CNode_Delete(SELF_CNODE, slot, seL4_WordBits);
}

/* Maps the frame that came with the request. */
static bool accept_frame(unsigned entry, enum frame frame)
{
    seL4_CPtr slot = slot_of(entry, frame);
    delete(slot);
    bool ok = seL4_CNode_Move(SELF_CNODE, slot, seL4_WordBits, SELF_CNODE, RECEIVE_SLOT, seL4_WordBits) == seL4_NoError
              && seL4_RISCV_Page_Map(slot, SELF_VSPACE_ROOT, (seL4_Word)address_of(entry, frame), seL4_ReadWrite,
                                     seL4_RISCV_ExecuteNever) == seL4_NoError;
    if (!ok)
        delete(slot);
    return ok;
}

static bool mint_endpoint(uint32_t app_id)
{
    return seL4_CNode_Mint(SELF_CNODE, MINT_SLOT, seL4_WordBits, SELF_CNODE, SELF_ENDPOINT, seL4_WordBits,
                           SEL4_RIGHTS(RIGHTS_WRITE_GRANT_REPLY), CAMKES_BADGE_DYNAMIC | app_id) == seL4_NoError;
}

static void release(struct app *app)
{
    unsigned entry = app_entry(app);
    app_release(app);
    delete(slot_of(entry, RECORD));
    delete(slot_of(entry, APP_PAGE));
}

int sdk_manager_get_endpoint(uint32_t app_id)
{
    int entry = app_free_entry(), error = SDKM_GET_ENDPOINT_FAILED;
    if (camkes_sender() == PROCESS_MANAGER && entry >= 0 && accept_frame((unsigned)entry, RECORD)) {
        error = app_register((unsigned)entry, app_id);
        if (error == SDKM_SUCCESS && mint_endpoint(app_id)) {
            camkes_set_reply_cap(MINT_SLOT, true);
        } else if (error == SDKM_SUCCESS) {
            release(app_find(app_id));
            error = SDKM_GET_ENDPOINT_FAILED;
        } else {
            delete(slot_of((unsigned)entry, RECORD));
        }
    }
    delete(RECEIVE_SLOT);
    return error;
}

int sdk_manager_set_page(uint32_t app_id)
{
    struct app *app = app_find(app_id);
    if (camkes_sender() == PROCESS_MANAGER && app != NULL)
        app->has_page = accept_frame(app_entry(app), APP_PAGE);
    delete(RECEIVE_SLOT);
    return app == NULL ? SDKM_APP_ID_INVALID : app->has_page ? SDKM_SUCCESS : SDKM_UNKNOWN_ERROR;
}

int sdk_manager_set_suspended(uint32_t app_id, uint32_t suspended)
{
    struct app *app = app_find(app_id);
    if (camkes_sender() != PROCESS_MANAGER || app == NULL)
        return SDKM_APP_ID_INVALID;
    app_set_suspended(app, suspended != 0);
    return SDKM_SUCCESS;
}

int sdk_manager_release_endpoint(uint32_t app_id)
{
    struct app *app = app_find(app_id);
    if (camkes_sender() != PROCESS_MANAGER)
        return SDKM_RELEASE_ENDPOINT_FAILED;
    if (app == NULL)
        return SDKM_APP_ID_INVALID;
    release(app);
    return SDKM_SUCCESS;
}

int sdk_manager_retain(const uint32_t *app_ids, size_t app_ids_n)
{
    if (camkes_sender() != PROCESS_MANAGER)
        return SDKM_RELEASE_ENDPOINT_FAILED;
    for (unsigned i = 0; i < SDK_MAX_APPS; i++) {
        struct app *app = app_at(i);
        bool listed = app == NULL;
        for (size_t n = 0; n < app_ids_n && !listed; n++)
            listed = app->config.app_id == app_ids[n];
        if (!listed)
            release(app);
    }
    return SDKM_SUCCESS;
}

int sdk_manager_capscan(void)
{
    camkes_capscan();
    return SDKM_SUCCESS;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* A record goes with the memory of its application; its capability tells. */
static bool alive(unsigned entry)
{
    return seL4_RISCV_Page_GetAddress(slot_of(entry, RECORD)).error == seL4_NoError;
}

void post_init(void)
{
    if (camkes_restarted()) {
        delete(MINT_SLOT);
        delete(RECEIVE_SLOT);
        apps_recover(alive);
    }
    seL4_SetCapReceivePath(SELF_CNODE, RECEIVE_SLOT, seL4_WordBits);
}
