# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel's RISC-V part and its boot code, for kernel/build.mk, which compiles all C as one unit.

KERNEL_ARCH_SRCS += $(addprefix kernel/arch/riscv/,vspace.c asid.c page.c page_table.c objects.c thread.c fpu.c machine.c boot_vspace.c check.c)
KERNEL_ARCH_SRCS += $(addprefix kernel/boot/,memory.c root_task.c boot.c)
# The fast paths: this switch lets entry.S call them.
KERNEL_SRCS += kernel/ipc/fastpath.c kernel/ipc/fastpath_signal.c kernel/ipc/fastpath_active.c
KERNEL_DEFS += -DKERNEL_FASTPATH
KERNEL_ASM += kernel/arch/riscv/entry.S kernel/arch/riscv/fpu.S

# The longest path of calls has to fit in the kernel stack, or there is no kernel. GCC writes the call graph with the frames' sizes; with
# clang the calls are those of the linked code. One function may be active twice: deleting an IRQ handler capability deletes its
# notification capability, whose deletion ends there (finalise_slot and cap_finalise; either may be inlined in the other).
KERNEL_CALLS_gcc   = $(OUT)/kernel/all.ci
KERNEL_CALLS_clang = $(OUT)/kernel/all.su --code $(OUT)/kernel.elf --objdump $(CROSS)objdump
KERNEL_STACK_BYTES = $$((1 << $$(sed -n 's/^.define CONFIG_KERNEL_STACK_BITS //p' $(GEN)/include/kernel/gen_config.h)))
KERNEL_STACK_CHECK = $(PY) tools/kernel_stack.py $(KERNEL_CALLS_$(COMPILER)) --size $(KERNEL_STACK_BYTES) \
    --bounded finalise_slot=2 --bounded cap_finalise=2 --bounded check_table=3
