/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Making and unmaking applications.
 *
 * Capabilities: the TCB and a container CNode of each application stay in two slots of this component; everything else is
 * made in the work slots behind them, used, and moved into the container. Memory comes in at most MAX_ALLOCATIONS
 * allocations: the first one has all objects and as many frames as there are work slots, further ones only frames.
 * Giving the allocations back revokes all of it, so there is no other bookkeeping. */
#include "process.h"
#include "image.h"
#include <camkes.h>
#include <kata/copyregion.h>
#include <kata/log.h>
#include <memory_manager.h>
#include <model/model.h>

#define PRIORITY   100u
#define BUDGET_US  5000u
#define PERIOD_US  10000u
#define SC_BITS    seL4_MinSchedContextBits
#define SDK_SLOT   1u           /* of the application's CSpace */
#define CSPACE_BITS 1u
#define RIGHTS_WRITE_GRANT_REPLY 9u

_Static_assert(BUNDLE_FLAG_READ == MODEL_READ && BUNDLE_FLAG_WRITE == MODEL_WRITE && BUNDLE_FLAG_EXECUTE == MODEL_EXECUTE, "rights");

/* Work slots; page tables begin at WORK_POOL, frames behind them. */
enum {
    WORK = SELF_CNODE_FIRST_SLOT + 2 * MAX_BUNDLES,
    WORK_VSPACE = WORK, WORK_SC, WORK_CSPACE, WORK_IPC, WORK_FAULT_EP, WORK_SDK_EP, WORK_POOL,
    WORK_END = SELF_CNODE_LAST_SLOT + 1,
};

/* The one application that is being started. */
static struct {
    struct bundle *bundle;
    struct image image;
    struct layout layout;
    seL4_Word container_bits, container_used;
    seL4_CPtr next_table, frames;       /* frames: first slot for frames = behind the tables */
    seL4_CPtr next_frame, frames_end;   /* fresh frames at hand */
    uint32_t frames_due;                /* still to be allocated */
    seL4_Word mapped;                   /* last page that was mapped, or MODEL_NOTHING */
} job;

static struct copyregion window;

static seL4_CPtr tcb_of(const struct bundle *bundle)
{
    return SELF_CNODE_FIRST_SLOT + 2 * bundle_number(bundle);
}

static seL4_CPtr container_of(const struct bundle *bundle)
{
    return tcb_of(bundle) + 1;
}

static bool ok(seL4_Error error, const char *what)
{
    if (error != seL4_NoError)
        log_error("%s: %s failed: %s", job.bundle->name, what, model_error_name(error));
    return error == seL4_NoError;
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static bool allocate(const uint32_t *objects, size_t words)
{
    struct bundle *bundle = job.bundle;
    if (bundle->allocations == MAX_ALLOCATIONS) {
        log_error("%s: image of %u pages is too large", bundle->name, (unsigned)job.layout.pages);
        return false;
    }
    int error = memory_alloc(objects, words, MEMORY_MEDIUM, bundle->name, &bundle->handles[bundle->allocations]);
    if (error != 0) {
        log_error(error == MEMORY_ALLOC_FAILED ? "%s: no memory" : "%s: memory refused (%d)", bundle->name, error);
        return false;
    }
    bundle->allocations++;
    return true;
}

/* How many frames come with the next allocation; their slots are the work slots behind the tables. */
static uint32_t take_due(void)
{
    uint32_t room = WORK_END - job.frames;
    uint32_t n = job.frames_due < room ? job.frames_due : room;
    job.frames_due -= n;
    job.next_frame = job.frames;
    job.frames_end = job.frames + n;
    return n;
}

static bool allocate_objects(void)
{
    const struct bundle *bundle = job.bundle;
    const struct layout *layout = &job.layout;
    uint32_t kept = layout->pages + layout->tables + 4;     /* VSpace root, SC, CSpace, IPC buffer */
    job.container_bits = model_cnode_radix(kept);
    job.container_used = 0;
    job.next_table = WORK_POOL;
    job.mapped = MODEL_NOTHING;
    job.frames = WORK_POOL + layout->tables;
    job.frames_due = layout->pages;
    if (job.frames >= WORK_END)
        return ok(seL4_NotEnoughMemory, "page tables");
    const uint32_t objects[] = {
        seL4_TCBObject, 1, tcb_of(bundle),
        seL4_CapTableObject, job.container_bits, container_of(bundle),
        seL4_RISCV_PageTableObject, 1, WORK_VSPACE,
        seL4_SchedContextObject, SC_BITS, WORK_SC,
        seL4_CapTableObject, CSPACE_BITS, WORK_CSPACE,
        seL4_RISCV_4K_Page, 1, WORK_IPC,
        seL4_RISCV_PageTableObject, layout->tables, WORK_POOL,
        seL4_RISCV_4K_Page, take_due(), job.frames,
    };
    return allocate(objects, sizeof objects / sizeof objects[0]);
}

static bool more_frames(void)
{
    const uint32_t objects[] = { seL4_RISCV_4K_Page, take_due(), job.frames };
    return objects[1] > 0 && allocate(objects, 3);
}

static bool to_container(seL4_CPtr slot)
{
    return ok(seL4_CNode_Move(container_of(job.bundle), job.container_used++, job.container_bits, SELF_CNODE, slot, seL4_WordBits),
              "container");
}

/* ---- address space ---------------------------------------------------------------------------------------------- */

/* Pages come in the order of their addresses, so the tables that are missing are known. */
static bool map(seL4_CPtr frame, uint32_t vaddr, uint32_t rights)
{
    for (seL4_Word n = model_tables_needed(&model_paging, job.mapped, vaddr, vaddr + BUNDLE_PAGE); n > 0; n--)
        if (!ok(model_map_table(WORK_VSPACE, job.next_table++, vaddr), "page table"))
            return false;
    job.mapped = vaddr;
    return ok(model_map_page(WORK_VSPACE, frame, vaddr, rights, NULL), "mapping");
}

static uint8_t *open_page(void *ctx)
{
    (void)ctx;
    if (job.next_frame == job.frames_end && !more_frames())
        return NULL;
    return copyregion_map(&window, job.next_frame, true);
}

static bool place_page(void *ctx, uint32_t vaddr, uint32_t rights)
{
    (void)ctx;
    copyregion_unmap(&window);
    if (job.next_frame == job.frames_end && !more_frames())
        return false;
    seL4_CPtr frame = job.next_frame++;
    return map(frame, vaddr, rights) && to_container(frame);
}

static int make_vspace(void)
{
    static const struct load_target target = { open_page, place_page, NULL };
    window = (struct copyregion)COPYREGION(LOAD_APPLICATION, SELF_VSPACE_ROOT, SELF_CNODE, 0);
    if (!ok(model_vspace_init(ASID_POOL, WORK_VSPACE), "address space"))
        return PM_START_FAILED;
    int error = image_load(&job.image, &target);
    for (uint32_t at = job.layout.stack; error == PM_SUCCESS && at < job.layout.stack_top; at += BUNDLE_PAGE)
        error = place_page(NULL, at, MODEL_READ | MODEL_WRITE) ? PM_SUCCESS : PM_START_FAILED;
    if (error == PM_SUCCESS && !map(WORK_IPC, job.layout.ipc_buffer, MODEL_READ | MODEL_WRITE))
        error = PM_START_FAILED;
    return error;
}

/* ---- thread ----------------------------------------------------------------------------------------------------- */

/* The SDK endpoint, badged for this application, is all that its CSpace holds. */
static bool make_cspace(void)
{
    camkes_set_recv_slot(WORK_SDK_EP);
    int error = sdk_manager_get_endpoint(job.bundle->app_id, job.bundle->name);
    if (error != 0 || !camkes_received_cap()) {
        log_error("%s: no SDK endpoint (%d)", job.bundle->name, error);
        return false;
    }
    return ok(seL4_CNode_Move(WORK_CSPACE, SDK_SLOT, CSPACE_BITS, SELF_CNODE, WORK_SDK_EP, seL4_WordBits), "CSpace");
}

static bool mint_fault_endpoint(void)
{
    return ok(model_cap_mint(SELF_CNODE, WORK_FAULT_EP, SELF_CNODE, SELF_ENDPOINT, RIGHTS_WRITE_GRANT_REPLY,
                             CAMKES_BADGE_DYNAMIC | job.bundle->app_id), "fault endpoint");
}

static bool configure_thread(void)
{
    const struct model_sc sc = { .budget_us = BUDGET_US, .period_us = PERIOD_US,
                                 .extra_refills = (uint32_t)seL4_MaxExtraRefills(SC_BITS), .badge = job.bundle->app_id };
    const struct model_tcb thread = {
        .cspace = WORK_CSPACE, .cspace_guard = model_cnode_guard(CSPACE_BITS), .vspace = WORK_VSPACE,
        .ipc_frame = WORK_IPC, .ipc_buffer = job.layout.ipc_buffer, .authority = SELF_TCB, .sc = WORK_SC,
        .fault_ep = WORK_FAULT_EP, .priority = PRIORITY, .mcp = PRIORITY, .pc = job.image.info.entry,
        .sp = job.layout.stack_top, .args = { job.layout.ipc_buffer, SDK_SLOT, 0, 0 },
    };
    return ok(model_sc_configure(SCHED_CTRL, WORK_SC, &sc), "scheduling context")
        && ok(model_tcb_configure(tcb_of(job.bundle), &thread), "thread");
}

/* What is left in the work slots goes into the container; the TCB keeps copies of what it needs. */
static bool tidy(void)
{
    bool done = ok(model_cap_delete(SELF_CNODE, WORK_FAULT_EP), "fault endpoint");
    for (seL4_CPtr slot = WORK_VSPACE; slot <= WORK_IPC; slot++)
        done = done && to_container(slot);
    for (seL4_CPtr slot = WORK_POOL; slot < job.frames; slot++)
        done = done && to_container(slot);
    return done;
}

static bool let_run(void)
{
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(tcb_of(job.bundle), job.bundle->name);
#endif
    __builtin___clear_cache((char *)0, (char *)0);  /* instructions were written as data */
    return ok(seL4_TCB_Resume(tcb_of(job.bundle)), "resume");
}

static int build(void)
{
    int error = image_open(&job.image, job.bundle->name);
    if (error != PM_SUCCESS)
        return error;
    job.layout = image_layout(&job.image, &model_paging);
    if (!allocate_objects())
        return PM_START_FAILED;
    error = make_vspace();
    if (error != PM_SUCCESS)
        return error;
    return make_cspace() && mint_fault_endpoint() && configure_thread() && tidy() && let_run() ? PM_SUCCESS : PM_START_FAILED;
}

int process_start(struct bundle *bundle)
{
    job.bundle = bundle;
    int error = build();
    if (error != PM_SUCCESS) {
        copyregion_unmap(&window);
        (void)model_cap_delete(SELF_CNODE, WORK_FAULT_EP);
        (void)model_cap_delete(SELF_CNODE, WORK_SDK_EP);
        process_destroy(bundle);
    }
    return error;
}

void process_destroy(struct bundle *bundle)
{
    if (bundle->allocations > 0)
        (void)seL4_TCB_Suspend(tcb_of(bundle));
    (void)sdk_manager_release_endpoint(bundle->app_id);     /* an error when it never got that far */
    while (bundle->allocations > 0) {
        int error = memory_free(bundle->handles[--bundle->allocations]);
        if (error != 0)
            log_error("%s: memory not freed (%d)", bundle->name, error);
    }
}
