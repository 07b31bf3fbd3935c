/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Telling a caller in words why its invocation was refused. */
#pragma once

#include <api/invocation.h>

#if defined(CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC) || defined(CONFIG_PRINT_INVOCATION_ERRORS)
/* ks.error is the refusal of inv: prints it (CONFIG_PRINT_INVOCATION_ERRORS), puts it as a text into the caller's buffer
 * (CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC, sel4-abi.md 3.2). Returns by how much that makes the reply longer. */
word_t error_report(const struct invocation *inv);
#else
INLINE word_t error_report(const struct invocation *inv)
{
    (void)inv;
    return 0;
}
#endif
