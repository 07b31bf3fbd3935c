/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Sv32 and Sv39 (sel4-abi §10.1). */
#include <model/geometry.h>

#if __riscv_xlen == 32
const struct model_paging model_paging = { .levels = 2, .index_bits = 10 };
#else
const struct model_paging model_paging = { .levels = 3, .index_bits = 9 };
#endif
