# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel's RISC-V part and its boot code, for kernel/build.mk, which compiles all C as one unit.

KERNEL_ARCH_SRCS += $(addprefix kernel/arch/riscv/,vspace.c asid.c page.c page_table.c objects.c thread.c fpu.c machine.c boot_vspace.c check.c)
KERNEL_ARCH_SRCS += $(addprefix kernel/boot/,memory.c root_task.c boot.c)
# The fast paths: this switch lets entry.S call them.
KERNEL_SRCS += kernel/ipc/fastpath.c kernel/ipc/fastpath_signal.c
KERNEL_DEFS += -DKERNEL_FASTPATH
KERNEL_ASM += kernel/arch/riscv/entry.S kernel/arch/riscv/fpu.S

# GCC writes the call graph with frame sizes; the longest path has to fit in the kernel stack, or the link fails. One function may be
# active twice: deleting an IRQ handler capability deletes its notification capability, whose deletion ends there.
ifneq (,$(findstring gcc,$(CC)))
KERNEL_DEFS += -fcallgraph-info=su
$(OUT)/kernel/stack.ok: $(OUT)/kernel/all.o tools/kernel_stack.py
	$(Q)$(PY) tools/kernel_stack.py $(<:.o=.ci) --bounded finalise_slot=2 --bounded check_table=3 \
	    --size $$((1 << $$(sed -n 's/^#define CONFIG_KERNEL_STACK_BITS //p' $(GEN)/include/kernel/gen_config.h)))
	@touch $@
$(OUT)/kernel.elf: | $(OUT)/kernel/stack.ok
endif
