/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* A piece of heap: frames, the page tables that they need, and a CNode that keeps the capabilities of both. */
#include <bundle/bundle.h>
#include <model/geometry.h>
#include <sel4/invocation_gen.h>

static inline uint32_t piece_container_bits(uint32_t pages, uint32_t tables)
{
    return model_cnode_radix(pages + tables);
}

static inline uint32_t piece_bytes(uint32_t pages, uint32_t tables)
{
    return (pages + tables) * BUNDLE_PAGE + (1u << (piece_container_bits(pages, tables) + seL4_SlotBits));
}
