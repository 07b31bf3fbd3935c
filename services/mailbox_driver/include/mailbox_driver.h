/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of MailboxAPI (interfaces/mailbox.idl4). */
enum mailbox_error {
    MAILBOX_SUCCESS,
    MAILBOX_SERIALIZE_FAILED,
    MAILBOX_DESERIALIZE_FAILED,
    MAILBOX_UNKNOWN_ERROR,
    MAILBOX_SEND_FAILED,
    MAILBOX_RECV_FAILED,
    MAILBOX_NO_DEVICE,      /* the platform has no security core */
};
