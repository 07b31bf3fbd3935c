/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Untyped memory: the only place where kernel objects come from. */
#pragma once

#include <api/invocation.h>
#include <object/slot.h>

outcome_t untyped_decode(struct invocation *inv);

/* log2 of the bytes an object of this type takes; size_bits as in Untyped_Retype. */
word_t object_size_bits(word_t type, word_t size_bits);
/* Makes an object in zeroed memory (device memory is never touched) and returns the first capability to it. */
cap_t object_create(word_t type, word_t paddr, word_t size_bits, bool device);
