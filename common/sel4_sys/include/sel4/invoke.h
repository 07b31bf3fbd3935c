/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* How the generated stubs invoke a kernel object: capability, message info and message registers 0..3 are already in
 * the registers of the C calling convention, so a stub costs a call. One function, declared for each number of
 * message registers: those that a message does not have are not read by the kernel. */
#ifndef SEL4_INVOKE_H
#define SEL4_INVOKE_H

#include <sel4/syscalls.h>

#define SEL4_INVOKE_SYMBOL __asm__("seL4_Invoke")

/* Each returns the error code. When the reply has a length, its registers are in the IPC buffer afterwards
 * (seL4_GetMR): results, or the details of the error. */
seL4_Error seL4_Invoke0(seL4_CPtr service, seL4_Word info) SEL4_INVOKE_SYMBOL;
seL4_Error seL4_Invoke1(seL4_CPtr service, seL4_Word info, seL4_Word m0) SEL4_INVOKE_SYMBOL;
seL4_Error seL4_Invoke2(seL4_CPtr service, seL4_Word info, seL4_Word m0, seL4_Word m1) SEL4_INVOKE_SYMBOL;
seL4_Error seL4_Invoke3(seL4_CPtr service, seL4_Word info, seL4_Word m0, seL4_Word m1, seL4_Word m2) SEL4_INVOKE_SYMBOL;
seL4_Error seL4_Invoke4(seL4_CPtr service, seL4_Word info, seL4_Word m0, seL4_Word m1, seL4_Word m2, seL4_Word m3) SEL4_INVOKE_SYMBOL;

#endif
