/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * What is in the messages: requests to the security core. The payload of a request is one word with its number, then its arguments; that of a
 * reply one word with the error, then the results. Words are little-endian.
 */
#ifndef MAILBOX_REQUEST_H
#define MAILBOX_REQUEST_H

/* Numbers of the original's later tree; ours are from 0x100 on. */
enum core_request {
    CORE_ECHO,                      /* bytes -> the same bytes */
    CORE_INSTALL,
    CORE_INSTALL_APP,
    CORE_INSTALL_MODEL,
    CORE_UNINSTALL,
    CORE_GET_PACKAGES,
    CORE_SIZE_BUFFER,
    CORE_GET_MANIFEST,
    CORE_LOAD_APPLICATION,
    CORE_LOAD_MODEL,
    CORE_READ_KEY,
    CORE_WRITE_KEY,
    CORE_DELETE_KEY,
    CORE_TEST_MAILBOX,              /* words, the first CORE_TEST_FIRST and the last CORE_TEST_LAST -> the words with these two replaced */
    CORE_CAP_SCAN,
    CORE_ATTEST = 0x100,
    CORE_BOOT_OK,
    CORE_STATISTICS,                /* - -> struct core_statistics */
};

/* First words of replies. Below CORE_NOT_SUPPORTED: those of SecurityCoordinatorInterface. */
enum core_error {
    CORE_SUCCESS,
    CORE_DESERIALIZE_FAILED = 9,    /* arguments too short, too long or out of range */
    CORE_SERIALIZE_FAILED = 10,     /* the reply has no room in the request's buffer */
    CORE_TEST_FAILED = 27,
    CORE_NOT_SUPPORTED = 0x200,     /* no such request, or not in this firmware */
    CORE_MALFORMED = 0x210,         /* + enum mailbox_fault: the message itself was refused */
};

/* The original's test message, and what the security core makes of it. */
#define CORE_TEST_WORDS 17u
#define CORE_TEST_FIRST 0xdeadbeefu
#define CORE_TEST_LAST 0xf00dcafeu
#define CORE_TEST_FIRST_REPLY 0x12345678u
#define CORE_TEST_LAST_REPLY 0x87654321u

#include <stdint.h>

/* Counters since the machine's reset (they survive a restart of the firmware) unless said otherwise. */
struct core_statistics {
    uint32_t format;                /* 1 */
    uint32_t restarts;              /* of the firmware, by its watchdog or a fault of its own */
    uint32_t restart_cause;         /* of the last one: mcause */
    uint32_t restart_pc;
    uint32_t requests;              /* served, whatever the answer */
    uint32_t malformed;             /* messages refused */
    uint32_t malformed_last;        /* enum mailbox_fault of the last one */
    uint32_t overruns;              /* FIFO indices of the other side that cannot be */
    uint32_t wakeups;               /* of the hart: doorbells, and once in a while by itself */
    uint32_t boot_instructions;     /* of this hart, until it let the others go; meaningful where instructions are counted */
    uint32_t ram_bytes;             /* that the firmware uses, with its stack */
    uint32_t random_bytes;          /* taken from the device */
};

#endif
