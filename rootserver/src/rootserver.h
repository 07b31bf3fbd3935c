/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/*
 * The rootserver: turns the capDL specification behind its own image into kernel objects, hands what is left to
 * MemoryManager and suspends itself. It runs once, alone, at the highest priority; whatever fails stops the boot.
 */

#include <capdl/capdl.h>
#include <capdl/handoff.h>
#include <kernel/gen_config.h>
#include <sel4/sel4.h>

/* All state. Slots are those of the boot CNode. */
struct rootserver {
    seL4_BootInfo *info;
    struct kata_handoff *handoff; /* in the bootinfo frame: its watermarks are the allocator's state */
    struct capdl_spec spec;
    seL4_SlotPos first_object; /* slot of the object with id 0 */
    seL4_SlotPos next_free;    /* first slot that nothing uses */
    seL4_SlotPos end_free;     /* first of the assembly's own slots */
};
extern struct rootserver rs;

#define ROOT seL4_CapInitThreadCNode
#define DEPTH ((seL4_Uint8)seL4_WordBits)

/* ---- failures ------------------------------------------------------------------------------------------------ */

/* Stops the boot with the object's name, what could not be done and the kernel's error (debug kernels print it). */
_Noreturn void fail_report(const struct capdl_object *object, unsigned index, const char *what, seL4_Error error);
_Noreturn void fail_stop(void);

/* object may be NULL; release builds carry no texts. */
#ifdef CONFIG_PRINTING
#define fail(object, index, what, error) fail_report(object, index, what, error)
#else
#define fail(object, index, what, error) ((void)(object), (void)(index), fail_stop())
#endif
#define check(error, object, index, what)                 \
    do {                                                  \
        seL4_Error check_error = (error);                 \
        if (check_error != seL4_NoError) {                \
            fail(object, index, what, check_error);       \
        }                                                 \
    } while (0)

/* ---- memory (memory.c) --------------------------------------------------------------------------------------- */

/* Sets up the watermarks in the handoff page. */
void memory_init(void);

/* Makes up to count objects of 2^bits bytes in consecutive slots, out of the smallest untyped that has room. Returns how
 * many were made; 0: no memory left. */
unsigned memory_create(const struct capdl_object *object, seL4_Word type, seL4_Word size, unsigned bits, seL4_SlotPos slot, unsigned count);

/* Makes the device frames of a run in its slots. */
void memory_create_device(const struct capdl_object *object, seL4_SlotPos slot);

/* ---- objects (objects.c) ------------------------------------------------------------------------------------- */

/* Slot of object `index` of a run. */
seL4_SlotPos object_slot(const struct capdl_object *object, unsigned index);

/* Slot of the object that a cap refers to. */
seL4_SlotPos cap_target(const struct capdl_cap *cap, unsigned index);

/* Run that a cap refers to. */
static inline const struct capdl_object *cap_object(const struct capdl_cap *cap) { return &rs.spec.objects[cap->object]; }

/* A slot that nothing uses; object and index: for whom, for the message when there is none. */
seL4_SlotPos take_slot(const struct capdl_object *object, unsigned index);

void create_objects(void);

/* ---- the rest of the construction ---------------------------------------------------------------------------- */

void build_address_spaces(void);   /* spaces.c */
void build_capability_spaces(void);
void configure_interrupts(void);   /* threads.c */
void configure_threads(void);
void resume_threads(void);
void hand_off(void);               /* handoff.c */
