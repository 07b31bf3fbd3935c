/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of SecurityCoordinatorInterface (interfaces/security.idl4); numbers of the original's later tree, from 28 on ours. A refused image is
 * BUNDLE_ERROR_BASE + BundleError (common/bundle). */
enum security_error {
    SECURITY_SUCCESS,
    SECURITY_BUNDLE_ID_INVALID,         /* empty, longer than 63 bytes, or with other characters than A-Z a-z 0-9 . _ - */
    SECURITY_BUNDLE_DATA_INVALID,       /* no such session of this client, or a piece of a value that continues nothing */
    SECURITY_BUNDLE_NOT_FOUND,
    SECURITY_DELETE_FIRST,              /* this version is installed, or one that is not signed */
    SECURITY_KEY_NOT_FOUND,
    SECURITY_PACKAGE_BUFFER_LEN_INVALID, /* larger than the store, or not as long as announced */
    SECURITY_VALUE_INVALID,             /* more than SECURITY_VALUE_MAX bytes */
    SECURITY_KEY_INVALID,               /* empty or longer than 63 bytes */
    SECURITY_DESERIALIZE_FAILED,
    SECURITY_SERIALIZE_FAILED,
    SECURITY_CAP_ALLOC_FAILED,
    SECURITY_CAP_MOVE_FAILED,
    SECURITY_OBJ_CAP_INVALID,
    SECURITY_UNKNOWN_ERROR,
    SECURITY_ECHO_FAILED,               /* more bytes than the reply may have */
    SECURITY_INSTALL_FAILED,
    SECURITY_UNINSTALL_FAILED,
    SECURITY_SIZE_BUFFER_FAILED,
    SECURITY_GET_MANIFEST_FAILED,
    SECURITY_LOAD_APPLICATION_FAILED,
    SECURITY_LOAD_MODEL_FAILED,
    SECURITY_INSTALL_MODEL_FAILED,
    SECURITY_GET_PACKAGES_FAILED,
    SECURITY_READ_FAILED,
    SECURITY_WRITE_FAILED,
    SECURITY_DELETE_FAILED,
    SECURITY_TEST_FAILED,
    SECURITY_STORE_FULL,                /* no space in the flash */
    SECURITY_STORE_WORN,                /* the flash can be read, but not written any more */
    SECURITY_STORE_CORRUPT,             /* what is in the flash is not what was written there */
    SECURITY_STORE_FAILED,              /* no flash that works, or another system's */
    SECURITY_QUOTA_EXCEEDED,            /* as many packages, or keys of this bundle, as there may be */
    SECURITY_BUSY,                      /* too many installations at a time */
    SECURITY_NO_RANDOM,                 /* no random numbers to make keys with */
    SECURITY_NO_CORE,                   /* the security core does not answer */
    SECURITY_CORE_RESTARTED,            /* it has started again meanwhile: done or not, ask again */
    SECURITY_ERRORS
};

enum security_kind { SECURITY_APPLICATION, SECURITY_MODEL };

enum { SECURITY_KEY_MAX = 63, SECURITY_VALUE_MAX = 4096 };
