/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What every kind of capability can do: be compared, restricted, derived, finalised. */
#pragma once

#include <api/failures.h>
#include <object/slot.h>

/* Bits of seL4_CapRights_t. */
#define RIGHT_WRITE 1u
#define RIGHT_READ 2u
#define RIGHT_GRANT 4u
#define RIGHT_GRANT_REPLY 8u
#define RIGHT_ALL 15u

/* Memory behind a capability, as physical addresses. bits == 0: no memory. */
struct cap_extent {
    word_t base;
    word_t bits;
};

struct cap_extent cap_extent(cap_t cap);
/* Rule 2 of the ancestor test: b lies within a's region. */
bool cap_same_region(cap_t a, cap_t b);
/* Same object (final test). */
bool cap_same_object(cap_t a, cap_t b);
/* The capability with rights reduced to `rights` (sel4-abi.md 1.3). */
cap_t cap_mask_rights(cap_t cap, word_t rights);
/* Applies badge or guard data (Mint: preserve = false; Mutate and Rotate: true). Null capability: refused. */
cap_t cap_update_data(cap_t cap, word_t data, bool preserve);
/* The capability a copy of slot gets; FAILED with the error record set when it must not be copied. */
outcome_t cap_derive(const slot_t *slot, cap_t cap, cap_t *derived);

/* A zombie's slots, and how many of them remain to be emptied (from the top). */
slot_t *zombie_slots(cap_t zombie);
word_t zombie_count(cap_t zombie);
cap_t zombie_set_count(cap_t zombie, word_t count);

/* What is left of a capability after its slot was finalised. */
struct finalised {
    cap_t remainder; /* zombie, or null */
    word_t irq;      /* IRQ whose state becomes free once the slot is empty; 0: none */
};
/* Removes `cap` from the system; `final` says that it is the last one to its object (sel4-abi.md 5.6). */
void cap_finalise(cap_t cap, bool final, struct finalised *out);
