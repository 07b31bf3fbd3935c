/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* ProcessManager: packages, applications and how they end. */
#include "bundles.h"
#include "fault.h"
#include "heap.h"
#include "image.h"
#include "install.h"
#include "process.h"
#include <camkes.h>
#include <kata/log.h>
#include <security_coordinator.h>
#include <string.h>
#include "backend.h"

/* ---- applications end ------------------------------------------------------------------------------------------- */

static void log_end(const struct bundle *bundle)
{
    if (bundle->state == BUNDLE_EXITED)
        log_info("%s exited (code %d)", bundle->name, (int)bundle->code);
    else
        log_warn("%s faulted: %s %u, pc 0x%x, address 0x%x", bundle->name, fault_name(bundle->fault.cause),
                 (unsigned)bundle->fault.number, (unsigned)bundle->fault.pc, (unsigned)bundle->fault.addr);
}

static void answer_heap(struct bundle *bundle, const seL4_Word *words)
{
    seL4_Word registers[seL4_UnknownSyscall_Length];
    memcpy(registers, words, sizeof registers);     /* calls to other services reuse the IPC buffer */
    seL4_Word length = heap_syscall(bundle, registers);
    for (seL4_Word i = 0; i < length; i++)
        seL4_SetMR(i, registers[i]);
    camkes_raw_reply(seL4_MessageInfo_new(0, 0, 0, length));
}

/* A fault of an application. Unless it is a system call, its thread waits for a reply that never comes: it is destroyed
 * with everything it has. */
bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct bundle *bundle = bundle_of_app(CAMKES_DYNAMIC_ID(badge));
    seL4_Word label = seL4_MessageInfo_get_label(info), length = seL4_MessageInfo_get_length(info);
    const seL4_Word *words = __sel4_ipc_buffer->msg;
    if (bundle == NULL)
        return true;
    if (fault_is_heap(label, words, length)) {
        answer_heap(bundle, words);
        return true;
    }
    fault_record(bundle, label, words, length);
    process_destroy(bundle);
    log_end(bundle);
    return true;
}

/* ---- proc_ctrl -------------------------------------------------------------------------------------------------- */

/* Is there such a package? */
static int installed(const char *name)
{
    uint32_t size;
    if (!bundle_name_valid(name))
        return PM_BUNDLE_ID_INVALID;
    return error_from_security(security_size_buffer(name, &size));
}

int proc_ctrl_start(const char *bundle_id, const uint8_t *args, size_t args_n)
{
    struct bundle *bundle = bundle_find(bundle_id);
    if (bundle != NULL && bundle_alive(bundle))
        return PM_SUCCESS;
    int error = installed(bundle_id);
    if (error != PM_SUCCESS)
        return error;
    bundle = bundle_claim(bundle_id);
    if (bundle == NULL) {
        log_error("%s: too many applications", bundle_id);
        return PM_START_FAILED;
    }
    error = process_start(bundle, args, args_n);
    if (error != PM_SUCCESS)
        bundle_forget(bundle);
    return error;
}

int proc_ctrl_stop(const char *bundle_id)
{
    struct bundle *bundle = bundle_find(bundle_id);
    if (bundle == NULL)
        return installed(bundle_id);
    if (bundle_alive(bundle))
        process_destroy(bundle);
    bundle_forget(bundle);
    return PM_SUCCESS;
}

/* What an operation on a living application says when it is none. */
static int not_alive(const char *bundle_id)
{
    int error = bundle_find(bundle_id) != NULL ? PM_SUCCESS : installed(bundle_id);
    return error == PM_SUCCESS ? PM_BUNDLE_NOT_RUNNING : error;
}

int proc_ctrl_suspend(const char *bundle_id)
{
    struct bundle *bundle = bundle_find(bundle_id);
    return bundle != NULL && bundle_alive(bundle) ? process_suspend(bundle) : not_alive(bundle_id);
}

int proc_ctrl_resume(const char *bundle_id)
{
    struct bundle *bundle = bundle_find(bundle_id);
    return bundle != NULL && bundle_alive(bundle) ? process_resume(bundle) : not_alive(bundle_id);
}

int proc_ctrl_get_process(uint32_t index, char *bundle_id, size_t bundle_id_cap, uint32_t *state, uint32_t *priority,
                          uint32_t *budget_us, uint32_t *period_us, uint64_t *cpu_us, uint32_t *memory)
{
    struct bundle *bundle = bundle_known(index);
    int error = bundle != NULL ? PM_SUCCESS : PM_BUNDLE_NOT_FOUND;
    if (bundle == NULL)
        bundle = bundle_none();
    strlcpy(bundle_id, bundle->name, bundle_id_cap);
    *state = bundle->state;
    *priority = bundle->priority;
    *budget_us = bundle->budget_us;
    *period_us = bundle->period_us;
    *cpu_us = process_cpu_us(bundle);
    *memory = bundle_memory(bundle);
    return error;
}

int proc_ctrl_get_running_bundle(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    const struct bundle *bundle = bundle_running(index);
    strlcpy(bundle_id, bundle != NULL ? bundle->name : "", bundle_id_cap);
    return bundle != NULL ? PM_SUCCESS : PM_BUNDLE_NOT_FOUND;
}

int proc_ctrl_get_bundle_state(const char *bundle_id, uint32_t *state, uint32_t *code, uint32_t *cause, uint32_t *number,
                               uint32_t *pc, uint32_t *addr)
{
    const struct bundle *bundle = bundle_find(bundle_id);
    int error = bundle != NULL ? PM_SUCCESS : installed(bundle_id);
    if (bundle == NULL)
        bundle = bundle_none();
    *state = bundle->state;
    *code = bundle->code;
    *cause = bundle->fault.cause;
    *number = bundle->fault.number;
    *pc = bundle->fault.pc;
    *addr = bundle->fault.addr;
    return error;
}

int proc_ctrl_capscan(void)
{
    camkes_capscan();
    return PM_SUCCESS;
}

/* An application's CSpace is known without looking: this component filled it. */
int proc_ctrl_capscan_bundle(const char *bundle_id)
{
    const struct bundle *bundle = bundle_find(bundle_id);
    if (bundle == NULL || !bundle_alive(bundle))
        return bundle != NULL || installed(bundle_id) == PM_SUCCESS ? PM_BUNDLE_NOT_RUNNING : PM_BUNDLE_NOT_FOUND;
    log_info("%s: 1 endpoint sdk_runtime, badge 0x%x, write grant-reply", bundle->name,
             (unsigned)(CAMKES_BADGE_DYNAMIC | bundle->app_id));
    return PM_SUCCESS;
}

/* ---- pkg_mgmt --------------------------------------------------------------------------------------------------- */

int pkg_mgmt_install_begin(const char *name, uint32_t size, uint32_t *session)
{
    *session = 0;
    if (!bundle_name_valid(name))
        return PM_BUNDLE_ID_INVALID;
    int error = security_install_begin(SECURITY_APPLICATION, name, "", size, session);
    if (error == 0)
        session_open(*session, name, size);
    return error_from_security(error);
}

static int refused_manifest(const char *name, int error)
{
    if (MANIFEST_IS_ERROR(error))
        log_error("%s: manifest line %u: %s", name, MANIFEST_ERROR_LINE(error), manifest_error_text(error));
    return error;
}

/* The security core knows nothing of manifests. Most of them come with the first data, and are looked at when that has found these to be what
 * was signed: nothing is replaced by an application that cannot be started. */
int pkg_mgmt_install_data(uint32_t session, const uint8_t *data, size_t data_n)
{
    const char *name = session_name(session);
    if (name == NULL)
        return PM_INSTALL_FAILED;
    int error = error_from_security(security_install_data(session, data, data_n));
    uint32_t size = session_first();
    if (error == PM_SUCCESS && size != 0 && (error = process_check_beginning(name, data, data_n, size)) != PM_SUCCESS) {
        (void)refused_manifest(name, error);
        session_close(session);
        (void)security_install_abort(session);
    }
    return error;
}

int pkg_mgmt_install_end(uint32_t session, char *bundle_id, size_t bundle_id_cap)
{
    const char *name = session_name(session);
    uint32_t size;
    strlcpy(bundle_id, name != NULL ? name : "", bundle_id_cap);
    if (name == NULL)
        return PM_INSTALL_FAILED;
    bool upgrade = security_size_buffer(bundle_id, &size) == 0;
    int error = error_from_security(security_install_end(session));
    session_close(session);
    if (error != PM_SUCCESS || (error = process_check(bundle_id)) == PM_SUCCESS)
        return error;
    if (!upgrade)                   /* with an upgrade, its keys would go, too */
        (void)security_uninstall(bundle_id);
    return refused_manifest(bundle_id, error);
}

int pkg_mgmt_install_abort(uint32_t session)
{
    if (session_name(session) == NULL)
        return PM_INSTALL_FAILED;
    session_close(session);
    return error_from_security(security_install_abort(session));
}

/* The package goes first: when the SecurityCoordinator refuses, nothing has changed. */
int pkg_mgmt_uninstall(const char *bundle_id)
{
    struct bundle *bundle = bundle_find(bundle_id);
    if (bundle != NULL && bundle_alive(bundle))
        return PM_BUNDLE_RUNNING;
    if (!bundle_name_valid(bundle_id))
        return PM_BUNDLE_ID_INVALID;
    int error = error_from_security(security_uninstall(bundle_id));
    if (bundle != NULL && (error == PM_SUCCESS || error == PM_BUNDLE_NOT_FOUND))   /* it may have died in the call before */
        bundle_forget(bundle);
    return error;
}

int pkg_mgmt_get_package(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    return error_from_security(security_get_package(index, bundle_id, bundle_id_cap));
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

void post_init(void)
{
    uint32_t session;
    if (!camkes_restarted())
        return;
    process_recover();
    if (session_left(&session))
        (void)security_install_abort(session);
}
