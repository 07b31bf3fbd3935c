/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The whole seL4 API under libsel4's names. */
#ifndef SEL4_SEL4_H
#define SEL4_SEL4_H

#include <sel4/bootinfo.h>
#include <sel4/invocation_gen.h>
#include <sel4/invoke.h>
#include <sel4/stubs_gen.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>

#define seL4_InvalidPrio (-1)
#define seL4_UntypedRetypeMaxObjects CONFIG_RETYPE_FAN_OUT_LIMIT

_Static_assert(sizeof(seL4_Word) * 8 == seL4_WordBits, "generated for another word size");
_Static_assert(sizeof(seL4_IPCBuffer) == 1u << seL4_IPCBufferSizeBits, "IPC buffer");
_Static_assert(sizeof(seL4_UserContext) == seL4_UserContextWords * sizeof(seL4_Word), "register set");
_Static_assert(sizeof(seL4_BootInfo) <= 1u << seL4_PageBits, "bootinfo fits a page");

/* Refills beyond the two that every scheduling context of 2^size bytes has room for (sel4-abi §4.2). */
static inline seL4_Word seL4_MaxExtraRefills(seL4_Word size)
{
    return (((seL4_Word)1 << size) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes;
}

/* A scheduling context without flags. */
static inline seL4_Error seL4_SchedControl_Configure(seL4_SchedControl control, seL4_SchedContext context, seL4_Time budget, seL4_Time period,
                                                     seL4_Word extra_refills, seL4_Word badge)
{
    return seL4_SchedControl_ConfigureFlags(control, context, budget, period, extra_refills, badge, seL4_SchedContextFlag_NoFlag);
}

/* Fault in a received message: label and length as the fault handler sees them. */
static inline seL4_FaultType seL4_MessageInfo_get_fault(seL4_MessageInfo_t info)
{
    return (seL4_FaultType)seL4_MessageInfo_get_label(info);
}


#endif
