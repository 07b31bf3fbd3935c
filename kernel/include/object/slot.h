/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Capability slots and the capability derivation tree (CDT).
 *
 * All capabilities that stem from one another stand in one doubly linked list; two flags per entry, `original` and
 * `first_badged`, say who is whose child (sel4-abi.md 5.4). A slot whose links are null stands on its own. */
#pragma once

#include <kernel/caps_gen.h>

/* Aligned to its size, wherever it is: the links keep their flags in the low bits. */
typedef struct slot {
    cap_t cap;
    mdb_t mdb;
} __attribute__((aligned(BIT(seL4_SlotBits)))) slot_t;

_Static_assert(sizeof(slot_t) == BIT(seL4_SlotBits) && _Alignof(slot_t) == sizeof(slot_t), "slot size is part of the ABI");

INLINE slot_t *slot_prev(const slot_t *s) { return (slot_t *)mdb_prev(s->mdb); }
INLINE slot_t *slot_next(const slot_t *s) { return (slot_t *)mdb_next(s->mdb); }
INLINE bool slot_is_empty(const slot_t *s) { return cap_is_null(s->cap); }

/* Writes a capability without ancestors (boot time): original and first-badged, no links. */
void slot_init(slot_t *slot, cap_t cap);
/* Makes `cap`, derived from src->cap, in the empty slot dst, directly behind src: the effect of Copy and Mint. */
void slot_insert(slot_t *dst, slot_t *src, cap_t cap);
/* Makes `cap`, a new object out of `parent`, in the empty slot dst, directly behind parent: the effect of Retype. */
void slot_insert_new(slot_t *dst, slot_t *parent, cap_t cap);
/* Moves src to the empty slot dst with the new value `cap`, keeping place and flags. */
void slot_move(slot_t *dst, slot_t *src, cap_t cap);
/* Exchanges two slots; cap_a is the new value of what was in a (it ends in b), cap_b the other. */
void slot_swap(slot_t *a, cap_t cap_a, slot_t *b, cap_t cap_b);

/* Empties a slot and takes it off the list; the object is the caller's business (see slot_delete). */
void slot_clear(slot_t *slot);

/* True when the entry behind `slot` is derived from it. */
bool slot_has_children(const slot_t *slot);
/* True when no other slot of the list refers to the same object (untyped and IRQ control are always final). */
bool slot_is_final(const slot_t *slot);
