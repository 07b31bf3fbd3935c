# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel's RISC-V part and its boot code, for kernel/build.mk, which compiles all C as one unit.

KERNEL_ARCH_SRCS += $(addprefix kernel/arch/riscv/,vspace.c asid.c page.c page_table.c objects.c thread.c machine.c boot_vspace.c)
KERNEL_ARCH_SRCS += $(addprefix kernel/boot/,memory.c root_task.c boot.c)
# The fast paths: this switch lets entry.S call them.
KERNEL_SRCS += kernel/ipc/fastpath.c
KERNEL_DEFS += -DKERNEL_FASTPATH
KERNEL_ASM += kernel/arch/riscv/entry.S
