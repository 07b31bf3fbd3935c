/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "dispatch.h"

static const struct {
    uint32_t number;
    request_handler *handler;
} table[] = {
    { CORE_ECHO, handle_echo },
    { CORE_TEST_MAILBOX, handle_test_mailbox },
    { CORE_STATISTICS, handle_statistics },
    { CORE_STORE, handle_store },
    { CORE_INSTALL, handle_install },
    { CORE_INSTALL_APP, handle_install_app },
    { CORE_INSTALL_MODEL, handle_install_model },
    { CORE_INSTALL_DATA, handle_install_data },
    { CORE_INSTALL_END, handle_install_end },
    { CORE_INSTALL_ABORT, handle_install_abort },
    { CORE_UNINSTALL, handle_uninstall },
    { CORE_GET_PACKAGES, handle_get_packages },
    { CORE_SIZE_BUFFER, handle_size_buffer },
    { CORE_GET_MANIFEST, handle_get_manifest },
    { CORE_LOAD_APPLICATION, handle_load_application },
    { CORE_LOAD_MODEL, handle_load_model },
    { CORE_GET_MODELS, handle_get_models },
    { CORE_READ_KEY, handle_read_key },
    { CORE_WRITE_KEY, handle_write_key },
    { CORE_DELETE_KEY, handle_delete_key },
    { CORE_LIST_KEYS, handle_list_keys },
    { CORE_ATTEST, handle_attest },
    { CORE_BOOT_OK, handle_boot_ok },
};

uint32_t dispatch(uint32_t number, struct request *request)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].number == number) {
            uint32_t error = table[i].handler(request);
            request->result = error == CORE_SUCCESS ? request->result : 0;     /* not half of what there was room for */
            return error;
        }
    }
    return CORE_NOT_SUPPORTED;
}
