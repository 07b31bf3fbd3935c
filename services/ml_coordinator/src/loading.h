/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "table.h"

/* Models into memory, others out of it. */

enum loaded { LOADED, LATER, NO_ROOM, FAILED, REFUSED, NO_INPUT };
enum { TEMPORARY_OWNER = MODELS };

/* Room for a block: its offset, or MEMORY_FULL. With *wait it is being cleared: the core says when. */
uint32_t loading_place(uint32_t size, int owner, const struct model *for_whom, bool *wait);

/* LATER: there is room, which is being cleared. */
enum loaded loading_load(struct model *m);

/* The last one in memory makes one free block of those before and behind it. False: it is not the last one. */
bool loading_move_down(struct model *m);

/* For who asks about a model, or has input for it. @return an ml_error */
int loading_load_now(struct model *m);

/* A model in the queue with input that no run has seen: nobody takes its memory. NULL: there is none but m. */
struct model *loading_in_the_way(const struct model *m);
