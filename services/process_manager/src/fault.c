/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "fault.h"
#include <camkes/persistent.h>
#include <kata/sdk_abi.h>
#include <sel4/invocation_gen.h>
#include <stddef.h>

#define NONE 0xff

/* Which message registers hold number, pc and address, by label (sel4-abi 8.3). */
static const struct {
    const char *name;
    uint8_t number, pc, addr;
} faults[] = {
    [seL4_Fault_NullFault] = { "NullFault", NONE, NONE, NONE },
    [seL4_Fault_CapFault] = { "CapFault", seL4_CapFault_LookupFailureType, seL4_CapFault_IP, seL4_CapFault_Addr },
    [seL4_Fault_UnknownSyscall] = { "UnknownSyscall", seL4_UnknownSyscall_Syscall, seL4_UnknownSyscall_FaultIP, NONE },
    [seL4_Fault_UserException] = { "UserException", seL4_UserException_Number, seL4_UserException_FaultIP, NONE },
    [seL4_Fault_VMFault] = { "VMFault", seL4_VMFault_FSR, seL4_VMFault_IP, seL4_VMFault_Addr },
};
#define FAULTS (sizeof faults / sizeof faults[0])

static uint32_t word(const seL4_Word *words, seL4_Word length, uint8_t index)
{
    return index < length ? (uint32_t)words[index] : 0;
}

/* The state comes last: with it the end is known, also to the next life of this component. */
void fault_record(struct bundle *bundle, seL4_Word label, const seL4_Word *words, seL4_Word length)
{
    uint8_t state = BUNDLE_FAULTED;
    bundle->fault = (struct fault){ .cause = (uint32_t)label };
    if (label < FAULTS && faults[label].name != NULL) {
        bundle->fault.number = word(words, length, faults[label].number);
        bundle->fault.pc = word(words, length, faults[label].pc);
        bundle->fault.addr = word(words, length, faults[label].addr);
    }
    if (label == seL4_Fault_UnknownSyscall && bundle->fault.number == SDK_EXIT_SYSCALL) {
        state = BUNDLE_EXITED;
        bundle->code = word(words, length, seL4_UnknownSyscall_A0);
    }
    camkes_in_order();
    bundle->state = state;
}

bool fault_is_heap(seL4_Word label, const seL4_Word *words, seL4_Word length)
{
    return label == seL4_Fault_UnknownSyscall && word(words, length, seL4_UnknownSyscall_Syscall) == SDK_HEAP_SYSCALL;
}

const char *fault_name(uint32_t cause)
{
    return cause < FAULTS && faults[cause].name != NULL ? faults[cause].name : "unknown fault";
}
