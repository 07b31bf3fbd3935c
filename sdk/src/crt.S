/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* First instructions of an application: a0 = IPC buffer, a1 = SDK endpoint, a2 = argc, a3 = argv, sp = stack. All memory is as
 * linked (the loader has zeroed .bss). */
#if __riscv_xlen == 64
#define SDK_STORE sd
#define SDK_WORD 8
#else
#define SDK_STORE sw
#define SDK_WORD 4
#endif

    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined ra
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      t0, sdk_start
    SDK_STORE a0, 0(t0)
    SDK_STORE a1, SDK_WORD(t0)
    SDK_STORE a2, 2*SDK_WORD(t0)
    SDK_STORE a3, 3*SDK_WORD(t0)
    la      t0, __sel4_ipc_buffer
    SDK_STORE a0, 0(t0)
    mv      a0, a2
    mv      a1, a3
    call    main
    call    exit
    .cfi_endproc
    .size _start, . - _start

/* _Noreturn void sdk_exit(int code) */
    .section .text.sdk_exit, "ax"
    .globl sdk_exit
    .type sdk_exit, @function
sdk_exit:
    li      a7, 0x4b455854          /* SDK_EXIT_SYSCALL */
    ecall
    ebreak
    .size sdk_exit, . - sdk_exit

/* void sdk_heap_call(uintptr_t wanted, uintptr_t result[5]): the registers a0..a4 after the system call */
    .section .text.sdk_heap_call, "ax"
    .globl sdk_heap_call
    .type sdk_heap_call, @function
sdk_heap_call:
    mv      t0, a1
    li      a7, 0x4b484550          /* SDK_HEAP_SYSCALL */
    ecall
    SDK_STORE a0, 0(t0)
    SDK_STORE a1, SDK_WORD(t0)
    SDK_STORE a2, 2*SDK_WORD(t0)
    SDK_STORE a3, 3*SDK_WORD(t0)
    SDK_STORE a4, 4*SDK_WORD(t0)
    ret
    .size sdk_heap_call, . - sdk_heap_call
