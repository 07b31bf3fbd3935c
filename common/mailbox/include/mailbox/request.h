/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * What is in the messages: requests to the security core. The payload of a request is one word with its number, then its arguments; that of a
 * reply one word with the error, then the results. Words are little-endian.
 */
#ifndef MAILBOX_REQUEST_H
#define MAILBOX_REQUEST_H

/*
 * Numbers of the original's later tree; ours are from 0x100 on. arguments -> results; "name" is bytes and a NUL, at most CORE_NAME_SIZE.
 *
 * A package is installed in a session: one of INSTALL, INSTALL_APP and INSTALL_MODEL opens it, INSTALL_DATA brings the image in order,
 * INSTALL_END checks what only the whole image shows, and is the moment at which the package is there, instead of an older version if there
 * was one. An image that is refused (CORE_BUNDLE_REFUSED + BundleError, by INSTALL_DATA as soon as it is known) ends the session; so does every
 * other error of these calls but CORE_NO_SESSION.
 */
enum core_request {
    CORE_ECHO,                      /* bytes -> the same bytes */
    CORE_INSTALL,                   /* u32 size -> u32 session. An application; its name is the signed one, so the first INSTALL_DATA
                                     * has to contain the signature */
    CORE_INSTALL_APP,               /* u32 size, name of the bundle -> u32 session */
    CORE_INSTALL_MODEL,             /* u32 size, name of the bundle, name of the model -> u32 session */
    CORE_UNINSTALL,                 /* name of the bundle -> -; with its models and keys */
    CORE_GET_PACKAGES,              /* u32 index -> name: the index-th bundle in the order of the names */
    CORE_SIZE_BUFFER,               /* name of the bundle -> u32 size of its image in bytes */
    CORE_GET_MANIFEST,              /* name of the bundle -> text of the manifest section; no bytes if it has none */
    CORE_LOAD_APPLICATION,          /* u32 offset, u32 length, name of the bundle, any bytes (a reply has no more pages than its request) ->
                                     * bytes of the image, fewer only at its end. Each one was compared with what was installed */
    CORE_LOAD_MODEL,                /* u32 offset, u32 length, name of the bundle, name of the model, any bytes -> bytes */
    CORE_READ_KEY,                  /* name of the bundle, name of the key, any bytes (a reply has no more pages than its request) -> value */
    CORE_WRITE_KEY,                 /* name of the bundle, name of the key, value (up to CORE_VALUE_MAX bytes) -> - */
    CORE_DELETE_KEY,                /* name of the bundle, name of the key -> -; a key that is not there counts as deleted */
    CORE_TEST_MAILBOX,              /* words, the first CORE_TEST_FIRST and the last CORE_TEST_LAST -> the words with these two replaced */
    CORE_CAP_SCAN,
    CORE_ATTEST = 0x100,            /* u32 most bytes of the statement, u32 n, nonce of n bytes (CORE_NONCE_MIN to _MAX), claim (at most
                                     * CORE_CLAIM_MAX bytes) -> statement */
    CORE_BOOT_OK,                   /* - -> -; CORE_BUNDLE_NOT_FOUND: there are no recovery images of what was started */
    CORE_STATISTICS,                /* - -> struct core_statistics */
    CORE_INSTALL_DATA,              /* u32 session, bytes -> - */
    CORE_INSTALL_END,               /* u32 session -> name of the bundle */
    CORE_INSTALL_ABORT,             /* u32 session, 0: all of them -> - */
    CORE_GET_MODELS,                /* u32 index, name of the bundle -> u32 size, name of the model: the index-th in no certain order */
    CORE_LIST_KEYS,                 /* u32 cursor (0 at first), name of the bundle -> u32 cursor (0: no more), and for each key u32 size
                                     * of the value, name */
    CORE_STORE,                     /* - -> struct core_store */
};

enum { CORE_NAME_SIZE = 64, CORE_VALUE_MAX = 4096, CORE_KEYS_PER_BUNDLE = 24, CORE_PACKAGES = 64 };
enum { CORE_NONCE_MIN = 8, CORE_NONCE_MAX = 32, CORE_CLAIM_MAX = 256 };

/* First words of replies. Below 0x100: those of SecurityCoordinatorInterface. */
enum core_error {
    CORE_SUCCESS,
    CORE_BUNDLE_ID_INVALID,         /* empty, longer than 63 bytes, with other characters than A-Z a-z 0-9 . _ -, or beginning
                                     * with . or - */
    CORE_NO_SESSION,                /* there is no such session (any more) */
    CORE_BUNDLE_NOT_FOUND,          /* no such application or model */
    CORE_DELETE_FIRST,              /* this version is installed, or one that is not signed */
    CORE_KEY_NOT_FOUND,
    CORE_SIZE_INVALID,              /* a package of no bytes, of more than the store takes, or shorter than announced */
    CORE_VALUE_INVALID,             /* longer than CORE_VALUE_MAX */
    CORE_KEY_INVALID,               /* empty, or longer than 63 bytes */
    CORE_DESERIALIZE_FAILED,        /* arguments too short, too long or out of range */
    CORE_SERIALIZE_FAILED,          /* the reply has no room in the request's buffer */
    CORE_TEST_FAILED = 27,
    CORE_STORE_FULL,                /* no space in the flash, or no room for another object */
    CORE_STORE_WORN,                /* too many blocks of the flash have failed: what is there can be read, nothing can be written */
    CORE_STORE_CORRUPT,             /* what is in the flash is not what was written there */
    CORE_STORE_FAILED,              /* there is no flash that works, or its content is another system's */
    CORE_QUOTA_EXCEEDED,            /* CORE_KEYS_PER_BUNDLE, or CORE_PACKAGES */
    CORE_BUSY,                      /* all sessions are in use */
    CORE_NO_RANDOM,                 /* no random numbers to make keys with */
    CORE_BUNDLE_REFUSED = 0x100,    /* + BundleError (common/bundle) */
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
    uint32_t format;                /* 2 */
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
    uint32_t boot_version;          /* of the images that were started */
    uint32_t lowest_version;        /* that would have been started, or is from now on */
    uint32_t boot_flags;            /* 1: unsigned packages are accepted; 0x100: these are the recovery images; 0x200: the rollback counter
                                     * could not be read; 0x400: confirmed (CORE_BOOT_OK); 0x800: written as recovery images at this start */
};

/* The package store. Figures are of the flash as it is now; those of operations count from the machine's reset. */
struct core_store {
    uint32_t format;                /* 1 */
    uint32_t objects;               /* packages, values, counters and whatever else has a name */
    uint32_t free_kib;              /* that can be written, after collection */
    uint32_t used_kib;              /* in use, with all overhead */
    uint32_t blocks;
    uint32_t bad_blocks;
    uint32_t erases_least;          /* of any good block */
    uint32_t erases_most;
    uint32_t programs;              /* operations */
    uint32_t programmed;            /* bytes */
    uint32_t erases;
    uint32_t open_instructions;     /* to open the store; meaningful where instructions are counted */
};

#endif
