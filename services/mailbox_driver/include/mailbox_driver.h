/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of MailboxAPI (interfaces/mailbox.idl4). The first six are the original's. */
enum mailbox_error {
    MAILBOX_SUCCESS,
    MAILBOX_SERIALIZE_FAILED,
    MAILBOX_DESERIALIZE_FAILED,
    MAILBOX_UNKNOWN_ERROR,
    MAILBOX_SEND_FAILED,
    MAILBOX_RECV_FAILED,    /* nothing was sent whose answer could be received */
    MAILBOX_NO_DEVICE,      /* the platform has no security core */
    MAILBOX_TIMED_OUT,      /* no answer in time; it may still be served, and its buffer is in use until then */
    MAILBOX_BUSY,           /* too many requests are outstanding, or one of them has this buffer */
    MAILBOX_BAD_BUFFER,     /* not a page-aligned buffer of this client, or longer than a short request may be */
    MAILBOX_RESTARTED,      /* the security core has started again; the request may have been served */
    MAILBOX_BAD_REPLY,      /* it has answered with another buffer, or more than was asked for */
};
