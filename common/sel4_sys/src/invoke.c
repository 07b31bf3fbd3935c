/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Invocation of kernel objects: see sel4/invoke.h. */
#include <sel4/invoke.h>

seL4_IPCBuffer *__sel4_ipc_buffer;

/* Registers arrive where the system call wants them. */
seL4_Error seL4_Invoke4(seL4_CPtr service, seL4_Word info, seL4_Word m0, seL4_Word m1, seL4_Word m2, seL4_Word m3)
{
    SEL4_SYSCALL_REGISTERS(service, info, m0, m1, m2, m3, seL4_SysCall);
    __asm__ volatile("ecall" : "+r"(r_a0), "+r"(r_a1), "+r"(r_a2), "+r"(r_a3), "+r"(r_a4), "+r"(r_a5) : "r"(r_a7) : "memory");
    if (r_a1 & 127u) {
        seL4_Word *msg = __sel4_ipc_buffer->msg;
        msg[0] = r_a2;
        msg[1] = r_a3;
        msg[2] = r_a4;
        msg[3] = r_a5;
    }
    return (seL4_Error)(r_a1 >> 12);
}
