/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Errors of PackageManagementInterface and ProcessControlInterface. A refused image is BUNDLE_ERROR_BASE + BundleError
 * (bundle/bundle.h) instead, a refused manifest a MANIFEST_ERROR (manifest/manifest.h). */
enum ProcessManagerError {
    PM_SUCCESS = 0,
    PM_BUNDLE_ID_INVALID,
    PM_PACKAGE_BUFFER_LEN_INVALID,
    PM_BUNDLE_NOT_FOUND,
    PM_BUNDLE_FOUND,            /* installed already, and not an older signed version: uninstall it first */
    PM_BUNDLE_RUNNING,
    PM_BUNDLE_NOT_RUNNING,
    PM_UNKNOWN_ERROR,
    PM_DESERIALIZE_ERROR,
    PM_SERIALIZE_ERROR,
    PM_OBJ_CAP_INVALID,
    PM_INSTALL_FAILED,
    PM_UNINSTALL_FAILED,
    PM_START_FAILED,
    PM_STOP_FAILED,
    PM_SUSPEND_FAILED,
    PM_RESUME_FAILED,
    PM_CAP_SCAN_FAILED,
    PM_QUOTA_EXCEEDED,          /* quota_memory of the manifest is less than the application starts with */
    PM_NO_MEMORY,
    PM_SERVICE_RESTARTED,       /* a service died that this one had called: done or not, ask again */
    PM_STORE_FULL,              /* from here on: of the security core and its flash */
    PM_STORE_WORN,
    PM_STORE_CORRUPT,
    PM_STORE_FAILED,
    PM_TOO_MANY_PACKAGES,
    PM_BUSY,                    /* too many installations at a time */
    PM_NO_RANDOM,
    PM_NO_CORE,                 /* it does not answer */
    PM_CORE_RESTARTED,          /* it has started again: done or not, ask again */
};

/* State of a bundle (get_bundle_state). */
enum BundleState {
    BUNDLE_STOPPED = 0,         /* installed; not started, or stopped */
    BUNDLE_RUNNING,
    BUNDLE_SUSPENDED,
    BUNDLE_EXITED,              /* code */
    BUNDLE_FAULTED,             /* cause, number, pc, addr */
};
