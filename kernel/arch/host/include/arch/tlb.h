/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The simulated hart keeps no translations: there is nothing to flush. Counted, so that tests can ask for it. */
#pragma once

#include <host/machine.h>
#include <types.h>

INLINE void tlb_flush_page(word_t vaddr, word_t asid)
{
    (void)vaddr, (void)asid;
    host.tlb_flushes++;
}
INLINE void tlb_flush_asid(word_t asid)
{
    (void)asid;
    host.tlb_flushes++;
}
INLINE void tlb_flush_all(void) { host.tlb_flushes++; }
