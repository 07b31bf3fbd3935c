/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of SecurityCoordinatorInterface (interfaces/security.idl4); numbers of the original's later tree. A refused image is
 * BUNDLE_ERROR_BASE + BundleError (common/bundle). */
enum security_error {
    SECURITY_SUCCESS,
    SECURITY_BUNDLE_ID_INVALID,         /* empty, longer than 63 bytes, or with other characters than A-Z a-z 0-9 . _ - */
    SECURITY_BUNDLE_DATA_INVALID,       /* no such session of this client */
    SECURITY_BUNDLE_NOT_FOUND,
    SECURITY_DELETE_FIRST,              /* already installed */
    SECURITY_KEY_NOT_FOUND,
    SECURITY_PACKAGE_BUFFER_LEN_INVALID, /* larger than the store, or not as long as announced */
    SECURITY_VALUE_INVALID,             /* more than 100 bytes */
    SECURITY_KEY_INVALID,               /* empty or longer than 63 bytes */
    SECURITY_DESERIALIZE_FAILED,
    SECURITY_SERIALIZE_FAILED,
    SECURITY_CAP_ALLOC_FAILED,
    SECURITY_CAP_MOVE_FAILED,
    SECURITY_OBJ_CAP_INVALID,
    SECURITY_UNKNOWN_ERROR,
    SECURITY_ECHO_FAILED,               /* more bytes than the reply may have */
    SECURITY_INSTALL_FAILED,            /* no room for another package, or no memory */
    SECURITY_UNINSTALL_FAILED,
    SECURITY_SIZE_BUFFER_FAILED,
    SECURITY_GET_MANIFEST_FAILED,
    SECURITY_LOAD_APPLICATION_FAILED,
    SECURITY_LOAD_MODEL_FAILED,
    SECURITY_INSTALL_MODEL_FAILED,
    SECURITY_GET_PACKAGES_FAILED,
    SECURITY_READ_FAILED,
    SECURITY_WRITE_FAILED,              /* no room for another key, or no memory */
    SECURITY_DELETE_FAILED,
    SECURITY_TEST_FAILED,
};

enum security_kind { SECURITY_APPLICATION, SECURITY_MODEL };

enum { SECURITY_KEY_MAX = 63, SECURITY_VALUE_MAX = 100 };
