/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A model of the kernel for MemoryManager (services/memory_manager/src/kernel.h): it knows untypeds, their watermarks and what
 * was made from them, and stops the test at anything that no kernel would do and no allocator should ask for.
 *
 * The service can die in it: before and after every call, between the steps of a revocation, and before and after every
 * store to the books. A death is a longjmp to fake_death.
 */

enum { FAKE_SLOTS = 1024, FAKE_CLIENTS = 2, FAKE_CLIENT_SLOTS = 1200 };

struct fake_cap {
    bool present, mapped;
    uint8_t bits;
    uint16_t parent;        /* slot of the untyped that it was made from; 0: the boot's */
    uint32_t watermark;
    uint32_t children;      /* untypeds made from it */
    uint32_t objects;       /* clients' capabilities made from it */
};

struct fake_client_cap {
    uint16_t from;          /* slot of the untyped or frame; 0: empty */
    uint8_t bits;
};

extern struct fake_kernel {
    struct fake_cap cap[FAKE_SLOTS];
    struct fake_client_cap client[FAKE_CLIENTS][FAKE_CLIENT_SLOTS];
} fake;

extern int fake_error_after;    /* calls until one fails; -1: never */
extern long fake_death_after;   /* points until the service dies; -1: never */
extern jmp_buf fake_death;

/* Runs a statement; true when the service lived through it. */
#define SURVIVED(statement) (setjmp(fake_death) == 0 && ((void)(statement), true))

/* An empty machine, whose books say nothing. */
void fake_reset(void);

/* The machine as it is now, books included, and back to it. What the service keeps besides them is as good as gone. */
void fake_save(void);
void fake_restore(void);

/* Bytes of the objects that a client has. */
uint32_t fake_client_bytes(uint32_t client);
