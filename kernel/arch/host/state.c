/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The kernel's variables, for saving and putting back. Part of the kernel's unit, and its last file: it sees the static ones. A variable
 * that is missing here makes tests depend on each other; tests/hostkernel/test_state.py compares the list with the object file. */

#include <host/state.h>

#define VARIABLE(v) {&(v), sizeof(v)}

const struct host_variable host_variables[] = {
    VARIABLE(ks), VARIABLE(idle_thread), VARIABLE(idle_time), VARIABLE(irq_slots), VARIABLE(irq_used),
    VARIABLE(irq_muted), VARIABLE(irq_reported), VARIABLE(text_at), VARIABLE(text_end), VARIABLE(asid_pools),
    VARIABLE(kernel_root), VARIABLE(empty_satp), VARIABLE(host), VARIABLE(free_ram), VARIABLE(free_count),
};
const unsigned host_variable_count = sizeof host_variables / sizeof *host_variables;
