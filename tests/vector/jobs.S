/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the vector core is given to run by probe.c: position-independent, entered at their first byte, at most JOB_BYTES long. */
    .option arch, +v

#define TEXT 0x80000000
#define CONSTANTS 0x81000000
#define OUTPUT 0x82000000
#define STATIC 0x83000000
#define PAGE 0x1000

.macro finish
    .word   0x0000307b
.endm
.macro hostreq
    .word   0x0000207b
.endm

.macro job name
    .balign 16
    .globl  job_\name
job_\name:
.endm
/* `touch at` is the instruction that is to fault. */
.macro touch name
    .globl  fault_\name
fault_\name:
.endm
.macro end name
    .globl  end_\name
end_\name:
.endm

    .section .rodata.jobs, "a", @progbits
    .option norvc

job finish
    li      t0, OUTPUT
    li      t1, 0x600dda7a
    sw      t1, 0(t0)
    li      a0, 7
    finish
end finish

job ecall
    li      a0, 9
    ecall
end ecall

/* Its registers outlive the request. */
job request
    li      s0, 0x1111
    li      a0, 0x2222
    hostreq
    add     a0, a0, s0
    finish
end request

job loop
1:  j       1b
end loop

/* Counts in its output for ever. */
job count
    li      t0, OUTPUT
    li      t1, 0
1:  addi    t1, t1, 1
    sw      t1, 0(t0)
    j       1b
end count

job jump_out
    li      t0, TEXT + 16 * PAGE
    jr      t0
end jump_out

job jump_firmware
    li      t0, FIRMWARE
    jr      t0
end jump_firmware

job jump_zero
    jr      zero
end jump_zero

.macro storing name, address
job \name
    li      t0, \address
touch \name
    sw      t0, 0(t0)
end \name
.endm
.macro loading name, address
job \name
    li      t0, \address
touch \name
    lw      t0, 0(t0)
end \name
.endm
storing store_behind, STATIC + PAGE
storing store_before, STATIC - 4
storing store_text, TEXT
storing store_constants, CONSTANTS
storing store_firmware, FIRMWARE
storing store_tables, TABLES
storing store_registers, REGISTERS
storing store_doorbell, DOORBELL
storing store_timer, TIMER
storing store_zero, 0
loading load_firmware, FIRMWARE
loading load_tables, TABLES
loading load_registers, REGISTERS
loading load_security, SECURITY
loading load_management, MANAGEMENT + 0x100000
loading load_input, 0x84000000
loading load_top, 0xfffffffc

job execute_data
    li      t0, OUTPUT
    li      t1, 0x00000073              /* ecall */
    sw      t1, 0(t0)
    fence.i
    jr      t0
end execute_data

.macro illegal name, instruction:vararg
job \name
touch \name
    \instruction
    finish
end \name
.endm
illegal read_mstatus, csrr a0, mstatus
illegal write_satp, csrw satp, zero
illegal write_pmp, csrw pmpcfg0, zero
illegal mret, mret
illegal sret, sret
illegal sfence, sfence.vma
illegal wfi, wfi
illegal cycles, rdcycle a0
illegal time, rdtime a0
illegal nothing, .word 0
illegal other_custom, .word 0x0000707b
illegal breakpoint, ebreak

/* The instruction that is half outside of the window: probe.c puts the first half of `finish` there. */
job half
    li      t0, TEXT + PAGE - 2
    jr      t0
end half

/* The memory allows it, as that of QEMU does; but not across the end of a window, and not for atomic instructions. */
job unaligned
    li      t0, OUTPUT
    li      t1, 0x11223344
    sw      t1, 4(t0)
    lw      a0, 5(t0)
    finish
end unaligned

job unaligned_end
    li      t0, STATIC + PAGE - 2
touch unaligned_end
    lw      a0, 0(t0)
end unaligned_end

job unaligned_atomic
    li      t0, OUTPUT + 2
touch unaligned_atomic
    amoadd.w a0, t0, (t0)
end unaligned_atomic

/* Instructions so far. */
job xcount
    li      t0, 100
1:  addi    t0, t0, -1
    bnez    t0, 1b
    hostreq
    .word   0x0000107b | 10 << 7
    finish
end xcount

/* Leaves as much as it can in registers. */
job dirty
    vsetvli t0, zero, e8, m8, ta, ma
    li      t0, 0x5a
    vmv.v.x v0, t0
    vmv.v.x v8, t0
    vmv.v.x v16, t0
    vmv.v.x v24, t0
    csrwi   vcsr, 7
    csrwi   fcsr, 0x1f
    csrwi   vstart, 3
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fcvt.d.w f\n, t0
    .endr
    .irp    n, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    mv      x\n, t0
    .endr
    finish
end dirty

/* a0: 0 when nothing was left. */
job clean
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    or      a0, a0, x\n
    .endr
    csrr    t0, vcsr
    or      a0, a0, t0
    csrr    t0, fcsr
    or      a0, a0, t0
    csrr    t0, vstart
    or      a0, a0, t0
    csrr    t0, vl
    or      a0, a0, t0
    li      t2, OUTPUT
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd     f\n, (t2)
    lw      t0, 0(t2)
    or      a0, a0, t0
    lw      t0, 4(t2)
    or      a0, a0, t0
    .endr
    vsetvli t0, zero, e8, m8, ta, ma
    vor.vv  v0, v0, v8
    vor.vv  v0, v0, v16
    vor.vv  v0, v0, v24
    vse8.v  v0, (t2)
1:  lbu     t1, 0(t2)
    or      a0, a0, t1
    addi    t2, t2, 1
    addi    t0, t0, -1
    bnez    t0, 1b
    finish
end clean

/* Bytes of a vector register; and vectors work. */
job vectors
    vsetvli t0, zero, e8, m1, ta, ma
    vmv.v.i v2, 1
    vmv.v.i v1, 0
    vwredsumu.vs v4, v2, v1
    vsetivli zero, 1, e16, m1, ta, ma
    vmv.x.s a0, v4
    csrr    t1, vlenb
    xor     t0, t0, t1
    or      a0, a0, t0
    finish
end vectors
