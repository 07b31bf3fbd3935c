# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel: $(OUT)/kernel.elf. All C is compiled as one unit, so that the compiler sees (and inlines, and drops) everything.
#   KERNEL_CONF=...  another configuration file
#   BOOT=upstream    a kernel that upstream's loader starts (with ARCH=riscv32|riscv64); then also ROOT_CNODE_SIZE_BITS=...,
#                    NUM_DOMAINS=... and the other names in KERNEL_SETTABLE (mk/boot.mk)
#   kernel-install   copies the kernel and what user-level builds read to PREFIX=folder, in upstream's install layout
#   kernel-rv64      compiles and links the 64-bit kernel from the same sources

KERNEL_CONF ?= kernel/configs/$(if $(filter upstream,$(BOOT)),upstream-$(ARCH),$(PLATFORM)$(if $(filter riscv64,$(ARCH)),64))-$(BUILD).conf

KERNEL_SRCS += $(addprefix kernel/, \
    api/abi.c lib/memory.c api/failures.c \
    object/slot.c object/cap.c object/cspace.c object/delete.c object/cnode.c object/untyped.c \
    object/endpoint.c object/notification.c object/reply.c object/tcb.c object/tcb_registers.c object/tcb_invocation.c \
    object/sched_context.c object/sched_control.c object/irq.c \
    sched/time.c sched/refill.c sched/queues.c sched/sched.c sched/timing.c sched/domain.c \
    ipc/message.c api/fault.c api/interrupt.c api/invocation.c api/syscall.c \
    debug/print.c debug/syscalls.c debug/benchmark.c debug/error_text.c debug/invariants.c \
    debug/check.c debug/check_derivation.c debug/check_memory.c debug/check_objects.c debug/check_schedule.c)
KERNEL_C := $(KERNEL_SRCS) $(KERNEL_ARCH_SRCS)

KERNEL_OPT_debug   := -Os
# No jump tables, and functions are inlined only where that shrinks the code: 3 KiB less than plain -O2 and as fast (abi-bench). GCC is
# told not to copy basic blocks and not to keep values in registers for later (order, loop invariants, partial redundancies): registers
# have to be saved first. That is another 0.8 KiB less, and fewer instructions, too.
KERNEL_OPT_release = -O2 -fno-inline-functions -fno-jump-tables $(KERNEL_OPT_$(COMPILER))
KERNEL_OPT_gcc     := -freorder-blocks-algorithm=simple -fno-partial-inlining -fno-schedule-insns -fno-schedule-insns2 \
    -fno-move-loop-invariants -fno-tree-pre
KERNEL_OPT ?= $(KERNEL_OPT_$(BUILD))
# The configured stack is what optimised builds need.
KERNEL_STACK := $(if $(filter -O0,$(KERNEL_OPT)),KERNEL_STACK_BITS=12)
KERNEL_INC := -Ikernel/include -Ikernel/arch/riscv/include -I$(GEN)/include
# One unit, and nothing of it is called from elsewhere but what is marked EXPORT. Clang has no such switch; what it keeps of unused
# functions, the linker drops. Without jump tables every jump through a register is a call through a pointer (stack check).
KERNEL_WHOLE_gcc   := -fwhole-program -fcallgraph-info=su
KERNEL_WHOLE_clang := -ffunction-sections -fno-jump-tables -fstack-usage
KERNEL_CFLAGS = $(ARCH_FLAGS) $(WARN) -Wconversion -Wmissing-prototypes -Wpedantic $(KERNEL_OPT) -g -ffreestanding \
    -nostdlib $(KERNEL_WHOLE_$(COMPILER)) -fno-stack-protector -fno-common -fno-pic -msmall-data-limit=0 \
    $(KERNEL_DEFS) $(KERNEL_INC)

# --- generated ---------------------------------------------------------------------------------------------
$(GEN)/include/kernel/gen_config.h $(GEN)/gen_config.json &: tools/kconfig.py $(wildcard kernel/configs/*.conf)
	$(Q)$(PY) tools/kconfig.py $(KERNEL_CONF) $(GEN)/include/kernel/gen_config.h $(GEN)/gen_config.json $(KERNEL_STACK) $(KERNEL_OVERRIDES)
	@touch $(GEN)/include/kernel/gen_config.h $(GEN)/gen_config.json
$(GEN)/include/kernel/caps_gen.h: tools/bitgen.py kernel/api/caps.toml
	@mkdir -p $(@D)
	$(Q)$(PY) tools/bitgen.py --word-size $(if $(filter riscv64,$(ARCH)),64,32) kernel/api/caps.toml $@
KERNEL_GENERATED := $(addprefix $(GEN)/include/,kernel/gen_config.h kernel/caps_gen.h sel4/invocation_gen.h platform_gen.h)

# --- the image -----------------------------------------------------------------------------------------------
$(OUT)/kernel/all.c: kernel/build.mk kernel/arch/riscv/build.mk
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(KERNEL_C) > $@
$(OUT)/kernel/all.o: $(OUT)/kernel/all.c | $(KERNEL_GENERATED)
	@echo "  CC    kernel ($(ARCH), $(BUILD))"
	$(Q)$(CC) $(KERNEL_CFLAGS) -I. $(DEPFLAGS) -c $< -o $@
KERNEL_ASM_OBJS := $(patsubst kernel/%.S,$(OUT)/kernel/%.o,$(KERNEL_ASM))
$(KERNEL_ASM_OBJS): $(OUT)/kernel/%.o: kernel/%.S | $(KERNEL_GENERATED)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ARCH_FLAGS) $(KERNEL_DEFS) $(KERNEL_INC) $(DEPFLAGS) -g -c $< -o $@
$(OUT)/kernel/kernel.ld: kernel/arch/riscv/kernel.ld.S | $(KERNEL_GENERATED)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ARCH_FLAGS) $(KERNEL_INC) -D__ASSEMBLER__ -DLINKER_SCRIPT -E -P -x c $(DEPFLAGS) -MT $@ -MF $@.d $< -o $@
$(OUT)/kernel.elf: $(OUT)/kernel/all.o $(KERNEL_ASM_OBJS) $(OUT)/kernel/kernel.ld tools/kernel_stack.py
	@echo "  LD    $@"
	$(Q)$(LINK) $(LINK_ARCH_FLAGS) -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
	    -Wl,--gc-sections -T $(OUT)/kernel/kernel.ld $(OUT)/kernel/all.o $(KERNEL_ASM_OBJS) -lgcc -o $@
	$(Q)$(KERNEL_STACK_CHECK)
-include $(wildcard $(OUT)/kernel/*.d $(OUT)/kernel/arch/riscv/*.d)

# --- for user-level build systems, in upstream's layout (tools/kernel_export.py) ----------------------------------
$(OUT)/kernel/export.ok: tools/kernel_export.py tools/kconfig.py $(GEN)/gen_config.json $(GEN)/platform_gen.json $(GEN)/invocations_all.json
	@mkdir -p $(@D)
	$(Q)$(PY) tools/kernel_export.py $(GEN) $(OUT) && touch $@
# The device tree of the machine that an upstream kernel is configured for: QEMU's own, cut to the size that its header says.
$(OUT)/kernel.dtb: $(GEN)/platform.mk
	@mkdir -p $(@D)
	$(Q)$(QEMU) -M virt,dumpdtb=$@ -smp 1 -m $(PLAT_TOTAL_RAM_MIB)M -bios none -display none > /dev/null 2>&1
	@set -- $$(od -An -j4 -N4 -tu1 $@) && truncate -s $$((($$1 << 24) + ($$2 << 16) + ($$3 << 8) + $$4)) $@

.PHONY: kernel kernel-rv64 kernel-path kernel-install
kernel: $(OUT)/kernel.elf $(OUT)/kernel/export.ok $(if $(filter upstream,$(BOOT)),$(OUT)/kernel.dtb)
kernel-path:
	@echo $(abspath $(OUT)/kernel.elf)
kernel-install: kernel
	$(if $(filter command environment,$(origin PREFIX)),,$(error kernel-install: PREFIX=<folder> says where to))
	$(Q)$(PY) tools/kernel_export.py --install $(OUT) $(PREFIX)
kernel-rv64:
	+$(Q)$(MAKE) --no-print-directory -f mk/main.mk ARCH=riscv64 kernel
