/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <model/geometry.h>

#define PAGE_BITS 12u

seL4_Word model_tables_needed(const struct model_paging *paging, seL4_Word before, seL4_Word start, seL4_Word end)
{
    seL4_Word tables = 0;
    if (start >= end) {
        return 0;
    }
    /* a table of each level below the root covers 2^bits bytes */
    unsigned bits = PAGE_BITS + paging->index_bits;
    for (unsigned level = 1; level < paging->levels; level++) {
        tables += ((end - 1) >> bits) - (start >> bits) + 1;
        tables -= before != MODEL_NOTHING && before >> bits == start >> bits;
        bits += paging->index_bits;
    }
    return tables;
}

seL4_Word model_map_rights(unsigned rights)
{
    return rights & MODEL_WRITE ? 3u : rights & MODEL_READ ? 2u : 0u;
}

seL4_Word model_map_attributes(unsigned rights)
{
    return rights & MODEL_EXECUTE ? seL4_RISCV_Default_VMAttributes : seL4_RISCV_ExecuteNever;
}

unsigned model_cnode_radix(seL4_Word slots)
{
    unsigned radix = 1;
    while (radix < sizeof(seL4_Word) * 8 - 1 && ((seL4_Word)1 << radix) < slots) {
        radix++;
    }
    return radix;
}
