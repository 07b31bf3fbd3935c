/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Making and unmaking applications.
 *
 * Capabilities: thread, address space, scheduling context and a container CNode of each application stay in slots of this
 * component; everything else is made in the work slots behind them, used, and moved into the container. Memory comes in at most
 * MAX_PIECES allocations: the first one has all objects and as many frames as there are work slots, further ones only frames.
 * Giving the allocations back revokes all of it, so there is no other bookkeeping. */
#include "process.h"
#include "heap.h"
#include "image.h"
#include "slots.h"
#include "space.h"
#include <camkes/persistent.h>
#include <kata/copyregion.h>
#include <kata/log.h>
#include <memory_client.h>
#include <model/model.h>
#include <string.h>

#define SC_BITS     seL4_MinSchedContextBits
#define SDK_SLOT    1u          /* of the application's CSpace */
#define CSPACE_BITS 1u
#define GROWTH      0x10000u    /* bytes of heap that an application without a quota may have beyond what it starts with */
#define RIGHTS_WRITE_GRANT_REPLY 9u

_Static_assert(BUNDLE_FLAG_READ == MODEL_READ && BUNDLE_FLAG_WRITE == MODEL_WRITE && BUNDLE_FLAG_EXECUTE == MODEL_EXECUTE, "rights");
_Static_assert(SDK_PEERS_MAX == MANIFEST_PEERS && SDK_MODELS_MAX == MANIFEST_MODELS && SDK_NAME_MAX == MANIFEST_NAME_MAX, "manifest");

/* The one application that is being started. */
static struct {
    struct bundle *bundle;
    struct image image;
    struct layout layout;
    struct args args;
    struct args_place place;
    struct space space;
} job;

static struct copyregion window;

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Bytes of the objects of the start. */
static uint32_t bytes_of_start(uint32_t container_bits)
{
    uint32_t pages = job.layout.pages + job.layout.tables + 3;      /* root of the address space, IPC buffer, record */
    return pages * BUNDLE_PAGE + (1u << seL4_TCBBits) + (1u << SC_BITS) + (1u << (CSPACE_BITS + seL4_SlotBits))
           + (1u << (container_bits + seL4_SlotBits));
}

/* Capabilities that are kept: frames, tables, CSpace, IPC buffer, record; and room for the CNode of each piece of heap. */
static uint32_t container_bits(void)
{
    return model_cnode_radix(job.layout.pages + job.layout.tables + 3 + MAX_PIECES);
}

static int check_quota(void)
{
    struct bundle *bundle = job.bundle;
    bundle->container_bits = (uint8_t)container_bits();
    bundle->start_memory = bytes_of_start(bundle->container_bits);
    bundle->quota = job.image.manifest.quota_memory;
    if (bundle->quota == 0)
        bundle->quota = bundle->start_memory + job.image.manifest.heap + GROWTH;
    if (bundle->quota >= bundle->start_memory)
        return PM_SUCCESS;
    log_error("%s: quota_memory is %u bytes, the start needs %u", bundle->name, (unsigned)bundle->quota, (unsigned)bundle->start_memory);
    return PM_QUOTA_EXCEEDED;
}

static int allocate_objects(void)
{
    const struct bundle *bundle = job.bundle;
    const struct layout *layout = &job.layout;
    struct space *space = &job.space;
    *space = (struct space){
        .bundle = job.bundle, .vspace = vspace_of(bundle), .container = container_of(bundle), .container_bits = bundle->container_bits,
        .next_table = WORK_POOL, .frames = WORK_POOL + layout->tables, .frames_due = layout->pages, .mapped = MODEL_NOTHING,
    };
    if (space->frames >= WORK_END)
        return PM_NO_MEMORY;
    const uint32_t objects[] = {
        seL4_TCBObject, 1, tcb_of(bundle),
        seL4_CapTableObject, bundle->container_bits, container_of(bundle),
        seL4_RISCV_PageTableObject, 1, vspace_of(bundle),
        seL4_SchedContextObject, SC_BITS, sc_of(bundle),
        seL4_CapTableObject, CSPACE_BITS, WORK_CSPACE,
        seL4_RISCV_4K_Page, 1, WORK_IPC,
        seL4_RISCV_4K_Page, 1, WORK_RECORD,
        seL4_RISCV_PageTableObject, layout->tables, WORK_POOL,
        seL4_RISCV_4K_Page, space_take_due(space), space->frames,
    };
    return space_allocate(job.bundle, objects, sizeof objects / sizeof objects[0]);
}

/* ---- address space ---------------------------------------------------------------------------------------------- */

static uint8_t *open_page(void *ctx)
{
    (void)ctx;
    return space_frame(&job.space) ? copyregion_map(&window, job.space.next_frame, true) : NULL;
}

static bool place_page(void *ctx, uint32_t vaddr, uint32_t rights)
{
    (void)ctx;
    copyregion_unmap(&window);
    if (!space_frame(&job.space))
        return false;
    seL4_CPtr frame = job.space.next_frame++;
    return space_map(&job.space, frame, vaddr, rights) && space_keep(&job.space, frame);
}

/* The last page of the stack begins with the arguments at its end. */
static bool make_stack(void)
{
    const struct layout *layout = &job.layout;
    for (uint32_t at = layout->stack; at < layout->stack_top; at += BUNDLE_PAGE) {
        if (at + BUNDLE_PAGE == layout->stack_top) {
            uint8_t *page = open_page(NULL);
            if (page == NULL)
                return false;
            job.place = args_write(&job.args, page, BUNDLE_PAGE, layout->stack_top);
        }
        if (!place_page(NULL, at, MODEL_READ | MODEL_WRITE))
            return false;
    }
    return true;
}

static int make_vspace(void)
{
    static const struct load_target target = { open_page, place_page, NULL };
    window = (struct copyregion)COPYREGION(LOAD_APPLICATION, SELF_VSPACE_ROOT, SELF_CNODE, 0);
    if (!ok(job.bundle, model_vspace_init(ASID_POOL, job.space.vspace), "address space"))
        return PM_START_FAILED;
    int error = image_load(&job.image, &target);
    if (error == PM_SUCCESS && !(make_stack() && space_map(&job.space, WORK_IPC, job.layout.ipc_buffer, MODEL_READ | MODEL_WRITE)))
        error = PM_START_FAILED;
    return error == PM_START_FAILED && job.space.error != PM_SUCCESS ? job.space.error : error;
}

/* ---- what SDKRuntime knows --------------------------------------------------------------------------------------- */

static void copy_span(char name[SDK_NAME_MAX + 1], struct manifest_span span)
{
    memcpy(name, job.image.text + span.at, span.length);    /* the page is fresh: zeros follow */
}

static bool write_record(void)
{
    const struct manifest *manifest = &job.image.manifest;
    struct sdk_app_config *config = copyregion_map(&window, WORK_RECORD, true);
    if (config == NULL)
        return false;
    config->app_id = job.bundle->app_id;
    config->permissions = manifest->permissions;
    config->quota_keys = manifest->quota_keys;
    config->quota_timers = manifest->quota_timers;
    memcpy(config->name, job.bundle->name, sizeof config->name);
    for (unsigned i = 0; i < SDK_PEERS_MAX; i++)
        copy_span(config->peers[i], manifest->peers[i]);
    for (unsigned i = 0; i < SDK_MODELS_MAX; i++)
        copy_span(config->models[i], manifest->models[i]);
    copyregion_unmap(&window);
    return true;
}

/* The SDK endpoint, badged for this application, is all that its CSpace holds. */
static bool make_cspace(void)
{
    if (!write_record())
        return false;
    camkes_set_request_cap(WORK_RECORD);
    camkes_set_recv_slot(WORK_SDK_EP);
    int error = sdk_manager_get_endpoint(job.bundle->app_id);
    bool received = camkes_received_cap();
    if (error == 0 && received) {
        camkes_set_request_cap(WORK_IPC);
        error = sdk_manager_set_page(job.bundle->app_id);
    }
    if (error != 0 || !received) {
        log_error("%s: no SDK endpoint (%d)", job.bundle->name, error);
        return false;
    }
    return ok(job.bundle, seL4_CNode_Move(WORK_CSPACE, SDK_SLOT, CSPACE_BITS, SELF_CNODE, WORK_SDK_EP, seL4_WordBits), "CSpace");
}

/* ---- thread ----------------------------------------------------------------------------------------------------- */

static bool mint_fault_endpoint(void)
{
    return ok(job.bundle, model_cap_mint(SELF_CNODE, WORK_FAULT_EP, SELF_CNODE, SELF_ENDPOINT, RIGHTS_WRITE_GRANT_REPLY,
                                         CAMKES_BADGE_DYNAMIC | job.bundle->app_id), "fault endpoint");
}

/* All below the console's, and above the idle thread. */
static uint8_t priority_of(uint8_t class)
{
    static const uint8_t priorities[] = { [MANIFEST_LOW] = 80, [MANIFEST_NORMAL] = 100, [MANIFEST_HIGH] = 120 };
    return priorities[class];
}

static bool configure_thread(void)
{
    struct bundle *bundle = job.bundle;
    bundle->priority = priority_of(job.image.manifest.priority);
    bundle->budget_us = job.image.manifest.budget_us;
    bundle->period_us = job.image.manifest.period_us;
    const struct model_sc sc = { .budget_us = bundle->budget_us, .period_us = bundle->period_us,
                                 .extra_refills = (uint32_t)seL4_MaxExtraRefills(SC_BITS), .badge = bundle->app_id };
    const struct model_tcb thread = {
        .cspace = WORK_CSPACE, .cspace_guard = model_cnode_guard(CSPACE_BITS), .vspace = vspace_of(bundle),
        .ipc_frame = WORK_IPC, .ipc_buffer = job.layout.ipc_buffer, .authority = SELF_TCB, .sc = sc_of(bundle),
        .fault_ep = WORK_FAULT_EP, .priority = bundle->priority, .mcp = bundle->priority, .pc = job.image.info.entry,
        .sp = job.place.sp, .args = { job.layout.ipc_buffer, SDK_SLOT, job.place.argc, job.place.argv },
    };
    return ok(bundle, model_sc_configure(SCHED_CTRL, sc_of(bundle), &sc), "scheduling context")
        && ok(bundle, model_tcb_configure(tcb_of(bundle), &thread), "thread");
}

/* What is left in the work slots goes into the container; the TCB keeps copies of what it needs. */
static bool tidy(void)
{
    bool done = ok(job.bundle, model_cap_delete(SELF_CNODE, WORK_FAULT_EP), "fault endpoint");
    for (seL4_CPtr slot = WORK_CSPACE; slot <= WORK_RECORD; slot++)
        done = done && space_keep(&job.space, slot);
    for (seL4_CPtr slot = WORK_POOL; slot < job.space.frames; slot++)
        done = done && space_keep(&job.space, slot);
    return done;
}

/* From here on the start is done, whatever happens to this component. */
static bool let_run(void)
{
    struct bundle *bundle = job.bundle;
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(tcb_of(bundle), bundle->name);
#endif
    __builtin___clear_cache((char *)0, (char *)0);  /* instructions were written as data */
    camkes_in_order();
    bundle->phase = PHASE_LIVING;
    return ok(bundle, seL4_TCB_Resume(tcb_of(bundle)), "resume");
}

static int make_heap(void)
{
    struct bundle *bundle = job.bundle;
    bundle->start_pieces = bundle->ready = bundle->pieces;
    bundle->heap = job.layout.heap;
    int error = job.image.manifest.heap > 0 ? heap_resize(bundle, job.image.manifest.heap) : PM_SUCCESS;
    if (error == PM_QUOTA_EXCEEDED)
        log_error("%s: quota_memory is too small for a heap of %u bytes", bundle->name, (unsigned)job.image.manifest.heap);
    return error;
}

static int build(void)
{
    int error = image_open(&job.image, job.bundle->name);
    if (error != PM_SUCCESS)
        return error;
    if (!image_layout(&job.image, &model_paging, &job.layout))
        return BUNDLE_ERROR_BASE + BUNDLE_OUTSIDE_USER;
    if (job.args.length == 0)
        job.args = (struct args){ .bytes = (const uint8_t *)job.image.text + job.image.manifest.args.at,
                                  .length = job.image.manifest.args.length, .separator = ' ' };
    job.args.name = job.bundle->name;
    if (!args_valid(&job.args))
        return PM_DESERIALIZE_ERROR;
    if ((error = check_quota()) != PM_SUCCESS || (error = allocate_objects()) != PM_SUCCESS || (error = make_vspace()) != PM_SUCCESS)
        return error;
    if (!make_cspace() || !mint_fault_endpoint() || !configure_thread() || !tidy())
        return PM_START_FAILED;
    error = make_heap();
    return error == PM_SUCCESS && !let_run() ? PM_START_FAILED : error;
}

static void forget_work(void)
{
    copyregion_unmap(&window);
    for (seL4_CPtr slot = WORK; slot < WORK_POOL; slot++)
        (void)model_cap_delete(SELF_CNODE, slot);
}

int process_start(struct bundle *bundle, const uint8_t *args, size_t length)
{
    job.bundle = bundle;
    job.args = (struct args){ .bytes = args, .length = length };
    int error = build();
    if (error == PM_NO_MEMORY)
        log_error("%s: no memory for %u pages", bundle->name, (unsigned)job.layout.pages);
    if (error != PM_SUCCESS) {
        forget_work();
        process_destroy(bundle);
    }
    return error;
}

int process_check(const char *name)
{
    return image_open(&job.image, name);
}

int process_check_beginning(const char *name, const uint8_t *bytes, size_t n, uint32_t size)
{
    return image_check_beginning(&job.image, name, bytes, n, size);
}

uint64_t process_cpu_us(struct bundle *bundle)
{
    if (bundle->phase == PHASE_LIVING) {
        seL4_SchedContext_Consumed_t used = seL4_SchedContext_Consumed(sc_of(bundle));
        bundle->cpu_us += used.error == seL4_NoError ? used.consumed : 0;
    }
    return bundle->cpu_us;
}

static void release(const struct bundle *bundle)
{
    for (int i = 0; i < TRIES; i++)
        if (sdk_manager_release_endpoint(bundle->app_id) >= 0)
            return;                 /* also when it never got that far */
}

void process_destroy(struct bundle *bundle)
{
    if (bundle->pieces > 0)
        (void)seL4_TCB_Suspend(tcb_of(bundle));
    (void)process_cpu_us(bundle);
    bundle->phase = PHASE_ENDING;
    camkes_in_order();
    release(bundle);
    while (bundle->pieces > 0)
        space_free(bundle, bundle->piece[--bundle->pieces].handle);
    bundle->ready = 0;
    bundle->start_memory = 0;
    camkes_in_order();
    bundle->phase = PHASE_NONE;
}

int process_suspend(struct bundle *bundle)
{
    if (bundle->state == BUNDLE_SUSPENDED)
        return PM_SUCCESS;
    if (sdk_manager_set_suspended(bundle->app_id, 1) != 0 || !ok(bundle, seL4_TCB_Suspend(tcb_of(bundle)), "suspend"))
        return PM_SUSPEND_FAILED;
    bundle->state = BUNDLE_SUSPENDED;
    return PM_SUCCESS;
}

/* The kernel makes the thread send again what it was waiting for. */
int process_resume(struct bundle *bundle)
{
    if (bundle->state == BUNDLE_RUNNING)
        return PM_SUCCESS;
    if (sdk_manager_set_suspended(bundle->app_id, 0) != 0)
        return PM_RESUME_FAILED;
    bundle->state = BUNDLE_RUNNING;
    return ok(bundle, seL4_TCB_Resume(tcb_of(bundle)), "resume") ? PM_SUCCESS : PM_RESUME_FAILED;
}

/* ---- after a restart --------------------------------------------------------------------------------------------- */

static void retain_registrations(void)
{
    uint32_t ids[MAX_BUNDLES];
    size_t n = 0;
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundle_at(i)->phase == PHASE_LIVING)
            ids[n++] = bundle_at(i)->app_id;
    (void)sdk_manager_retain(ids, n);
}

/* A piece of heap that was being added is dropped; a call or fault that was lost is sent again. */
static void go_on(struct bundle *bundle)
{
    while (bundle->pieces > bundle->ready)
        space_free(bundle, bundle->piece[--bundle->pieces].handle);
    bool suspended = bundle->state == BUNDLE_SUSPENDED;
    (void)sdk_manager_set_suspended(bundle->app_id, suspended);
    if (suspended)
        (void)seL4_TCB_Suspend(tcb_of(bundle));
    else
        (void)seL4_TCB_Resume(tcb_of(bundle));
}

void process_recover(void)
{
    for (seL4_CPtr slot = WORK; slot < WORK_END; slot++)
        (void)model_cap_delete(SELF_CNODE, slot);
    bundles_recover(process_destroy);
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundle_at(i)->phase == PHASE_LIVING)
            go_on(bundle_at(i));
    retain_registrations();
    memory_reconcile();
}
