/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Telling the hart that translations of one page, of an address space, or all of them may have changed (privileged specification,
 * section 4.2.1). Apart from the rest of paging because the host build has no translations. */
#pragma once

#include <types.h>

INLINE void tlb_flush_page(word_t vaddr, word_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(vaddr), "r"(asid) : "memory");
}
INLINE void tlb_flush_asid(word_t asid) { __asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory"); }
INLINE void tlb_flush_all(void) { __asm__ volatile("sfence.vma" ::: "memory"); }
