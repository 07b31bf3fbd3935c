/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The whole list of invariants (testing.md D.4), with CONFIG_KERNEL_CHECK_ALL_INVARIANTS. First every capability of the system is
 * found and every object that one refers to; then each group of invariants is checked against these two lists. Takes memory for
 * the lists and time in proportion to the number of capabilities:
 * for the host build, and for debug kernels with KERNEL_CHECK_ALL_INVARIANTS=true. What depends on capabilities alone is checked again only
 * if one of them changed; the clock stands still meanwhile. */
#pragma once

#include <object/cap.h>
#include <object/cnode.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
/* More capabilities, or objects, than this stop the check with an assertion. */
#define CHECK_MAX_CAPS 4096u

/* An object that has a capability (untyped memory is not one). */
struct checked_object {
    word_t base;  /* physical */
    word_t bits;
    cap_t cap;    /* one of its capabilities; for an object in the middle of deletion the zombie */
    word_t first, end; /* positions of its capabilities, from `first` to before `end`, in the ordered list; 0, 0 while that is not known */
};
/* A capability; in the order of the derivation lists once check_derivation() has run. */
struct checked_cap {
    slot_t *slot;
    struct checked_object *object; /* NULL: none */
    struct cap_extent extent;      /* of the capability's memory */
    word_t end;                    /* descendants are the entries between this one and `end` */
};

/* kernel/debug/check.c. */
extern struct checked_cap checked_caps[];
extern word_t checked_cap_count;
extern struct checked_object checked_objects[];
extern word_t checked_object_count;
/* The object with this tag at this kernel address, or NULL: no capability refers to one. */
struct checked_object *checked_find(word_t tag, const void *at);
/* There is such an object: what a pointer inside the kernel must lead to. */
void check_alive(word_t tag, const void *at);
/* A live thread: with a thread cap, or a zombie. */
void check_alive_thread(const tcb_t *t);
INLINE void *checked_pointer(const struct checked_object *o) { return arch_kernel_pointer(o->base); }

void check_derivation(void); /* check_derivation.c: lists, ancestors, rights, completeness of revocation */
void check_memory(void);     /* check_memory.c: untyped memory, overlap */
void check_objects(void);    /* check_objects.c: links between objects, queues of endpoints and notifications */
void check_schedule(void);   /* check_schedule.c: ready and release queues, refills */
void check_vspaces(void);    /* kernel/arch: ASIDs, page tables, mappings */
/* The address space that is installed is the current thread's, or the empty one. Not a part of check_all_invariants(): the fast paths check
 * before they switch. */
void check_installed_vspace(void);
/* All of it, after the cheap part. */
void check_all_invariants(void);

/* object/irq.c: the slot of a source, and whether it has a handler. */
slot_t *irq_slot(word_t irq);
bool irq_in_use(word_t irq);
#else
INLINE void check_all_invariants(void) {}
#endif
