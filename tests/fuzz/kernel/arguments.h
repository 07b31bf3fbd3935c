/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What argument bytes stand for. */
#pragma once

#include "world.h"

enum argument_kind {
    ARG_CAP, ARG_FIELD, ARG_OBJECT_TYPE, ARG_SIZE_BITS, ARG_SLOT, ARG_FREE_SLOT, ARG_NODE_DEPTH, ARG_DEPTH, ARG_COUNT, ARG_REGISTERS,
    ARG_VALUES, ARG_BUFFER, ARG_RIGHTS, ARG_BADGE, ARG_PRIO, ARG_IRQ, ARG_DOMAIN, ARG_TIME, ARG_VADDR, ARG_ANY
};

struct argument {
    enum argument_kind kind;
    word_t detail[2]; /* CAP: tags that fit; FIELD: lowest bit, width */
};

struct typed_invocation {
    const char *name;
    word_t label;
    enum cap_tag object;
    unsigned count;
    struct argument args[12];
};
extern const struct typed_invocation typed_invocations[];
extern const unsigned typed_invocation_count;

/* A slot with a capability of one of two tags (second 0: of one); bytes from 0x80 on are plain slot numbers. */
word_t pick_cap(uint8_t byte, word_t tag, word_t other_tag);
word_t pick_word(enum argument_kind kind, uint8_t byte);
/* A length of time in ticks. */
ticks_t pick_ticks(uint8_t byte);
