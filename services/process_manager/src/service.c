/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* ProcessManager: packages, applications and how they end. */
#include "bundles.h"
#include "fault.h"
#include "image.h"
#include "install.h"
#include "process.h"
#include <camkes.h>
#include <kata/log.h>
#include <security_coordinator.h>
#include <string.h>
#include "backend.h"

/* ---- applications end ------------------------------------------------------------------------------------------- */

/* A fault of an application. Its thread waits for a reply that never comes: it is destroyed with everything it has. */
bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct bundle *bundle = bundle_of_app(CAMKES_DYNAMIC_ID(badge));
    if (bundle == NULL)
        return true;
    fault_record(bundle, seL4_MessageInfo_get_label(info), __sel4_ipc_buffer->msg, seL4_MessageInfo_get_length(info));
    process_destroy(bundle);
    if (bundle->state == BUNDLE_EXITED)
        log_info("%s exited (code %d)", bundle->name, (int)bundle->code);
    else
        log_warn("%s faulted: %s %u, pc 0x%x, address 0x%x", bundle->name, fault_name(bundle->fault.cause),
                 (unsigned)bundle->fault.number, (unsigned)bundle->fault.pc, (unsigned)bundle->fault.addr);
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

int proc_ctrl_start(const char *bundle_id)
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
    error = process_start(bundle);
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

int proc_ctrl_get_running_bundle(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    const struct bundle *bundle = bundle_running(index);
    strlcpy(bundle_id, bundle != NULL ? bundle->name : "", bundle_id_cap);
    return bundle != NULL ? PM_SUCCESS : PM_BUNDLE_NOT_FOUND;
}

int proc_ctrl_get_bundle_state(const char *bundle_id, uint32_t *state, uint32_t *code, uint32_t *cause, uint32_t *number,
                               uint32_t *pc, uint32_t *addr)
{
    static const struct bundle stopped = { .state = BUNDLE_STOPPED };
    const struct bundle *bundle = bundle_find(bundle_id);
    int error = bundle != NULL ? PM_SUCCESS : installed(bundle_id);
    if (bundle == NULL)
        bundle = &stopped;
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
        session_open(*session, name);
    return error_from_security(error);
}

int pkg_mgmt_install_data(uint32_t session, const uint8_t *data, size_t data_n)
{
    if (session_name(session) == NULL)
        return PM_INSTALL_FAILED;
    return error_from_security(security_install_data(session, data, data_n));
}

int pkg_mgmt_install_end(uint32_t session, char *bundle_id, size_t bundle_id_cap)
{
    const char *name = session_name(session);
    strlcpy(bundle_id, name != NULL ? name : "", bundle_id_cap);
    if (name == NULL)
        return PM_INSTALL_FAILED;
    int error = security_install_end(session);
    session_close(session);
    return error_from_security(error);
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
    if (bundle != NULL && error == PM_SUCCESS)
        bundle_forget(bundle);
    return error;
}

int pkg_mgmt_get_package(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    return error_from_security(security_get_package(index, bundle_id, bundle_id_cap));
}
