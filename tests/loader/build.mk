# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# BOOT=upstream: root tasks started the way upstream's loader does it. A root task NAME ($(OUT)/NAME.elf) gets
#   $(OUT)/NAME/loader.elf   tests/loader with kernel and root task inside
#   $(OUT)/NAME/run.sh       the QEMU command: rv64 behind the OpenSBI that comes with QEMU, rv32 behind our monitor as SBI firmware
#                            (instructions are counted unless COUNTED is empty in its environment)
#   run-NAME                 builds and runs it
# ROOT_TASK=<file.elf> makes `user` (or TASK=...) such a name: any program with the ABI.

ifeq ($(BOOT),upstream)
LOADER_SRCS := $(wildcard tests/loader/*.[cS])
LOADER_CFLAGS = $(ARCH_FLAGS) $(WARN) -Os -g -ffreestanding -fno-stack-protector -msmall-data-limit=0 $(NO_IDIOM)
# Where QEMU puts the device tree for our monitor to pass on (OpenSBI passes one by itself).
LOADER_BASE := 0x88000000
LOADER_DTB  := 0x8c000000

# $(1) = name
define LOADED_TASK_RULES
$(OUT)/$(1)/loader/%.o: tests/loader/% $(OUT)/kernel.elf $(OUT)/$(1).elf
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LOADER_CFLAGS) -DKERNEL_ELF='"$(OUT)/kernel.elf"' -DUSER_ELF='"$(OUT)/$(1).elf"' -c $$< -o $$@
$(OUT)/$(1)/loader.elf: $$(LOADER_SRCS:tests/loader/%=$(OUT)/$(1)/loader/%.o) tests/loader/link.ld
	@echo "  LD    $$@"
	$$(Q)$$(LINK) $$(LINK_ARCH_FLAGS) -nostdlib -static -Wl,--build-id=none -T tests/loader/link.ld \
	    $$(filter %.o,$$^) -lgcc -o $$@

$(OUT)/$(1)/run.sh: $(OUT)/$(1)/loader.elf $$(LOADER_FIRMWARE) tests/loader/build.mk
	@{ echo '#!/bin/sh'; echo 'exec $$(QEMU) -M virt -smp 1 -m $$(PLAT_TOTAL_RAM_MIB)M $$(LOADER_QEMU_$(ARCH)) -display none' \
	    '-monitor none -no-reboot -serial stdio $$$${COUNTED--icount shift=0,sleep=off} "$$$$@"'; } > $$@
	@chmod +x $$@

.PHONY: run-$(1)
run-$(1): $(OUT)/$(1)/run.sh
	@sh $$<
endef
# With vector registers, which OpenSBI turns on and the kernel has to turn off.
LOADER_QEMU_riscv64 = -cpu rv64,v=true,vext_spec=v1.0 -bios default -kernel $(@D)/loader.elf
LOADER_QEMU_riscv32 = -bios none -device loader,file=$(OUT)/sbi.elf,cpu-num=0 -device loader,file=$(@D)/loader.elf \
    -device loader,file=$(OUT)/kernel.dtb,addr=$(LOADER_DTB),force-raw=on
LOADER_FIRMWARE := $(if $(filter riscv32,$(ARCH)),$(OUT)/sbi.elf $(OUT)/kernel.dtb)

# Our monitor as plain SBI firmware: it hands over hart and device tree instead of a user image.
$(OUT)/sbi.elf: $(MONITOR_OBJS) firmware/monitor/monitor.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -T firmware/monitor/monitor.ld \
	    -Wl,--defsym=MONITOR_BASE=$(PLAT_MONITOR_BASE) -Wl,--defsym=MONITOR_SIZE=$(PLAT_MONITOR_SIZE) \
	    -Wl,--defsym=KERNEL_ENTRY=$(LOADER_BASE) -Wl,--defsym=UI_START=0 -Wl,--defsym=UI_END=$(LOADER_DTB) \
	    -Wl,--defsym=UI_PVOFFSET=0 -Wl,--defsym=UI_ENTRY=0 $(MONITOR_OBJS) -lgcc -o $@

$(eval $(call LOADED_TASK_RULES,ktest))
$(eval $(call LOADED_TASK_RULES,kbench))
TASK ?= user
ifdef ROOT_TASK
$(OUT)/$(TASK).elf: $(ROOT_TASK)
	@mkdir -p $(@D)
	@cp $< $@
$(eval $(call LOADED_TASK_RULES,$(TASK)))
endif

.PHONY: ktest-loaded
ktest-loaded: $(OUT)/ktest/run.sh

else ifneq ($(ARCH),riscv64)
# For `make test`: both word sizes and builds with upstream's values, a debug build with several domains and sel4test's root CNode, and
# one with the benchmark calls and error texts.
LOADED_DOMAINS := ROOT_CNODE_SIZE_BITS=13 NUM_DOMAINS=16
LOADED_DOMAINS_SUFFIX := -ROOT_CNODE_SIZE_BITS_13-NUM_DOMAINS_16
LOADED_MEASURED := KERNEL_BENCHMARK=track_utilisation KERNEL_INVOCATION_REPORT_ERROR_IPC=true
LOADED_MEASURED_SUFFIX := -KERNEL_BENCHMARK_track_utilisation-KERNEL_INVOCATION_REPORT_ERROR_IPC_true
# For tests/user_image: a kernel with other numbers than the usual ones, and with debug calls, but silent.
LOADED_OTHER := ROOT_CNODE_SIZE_BITS=17 NUM_DOMAINS=16 RETYPE_FAN_OUT_LIMIT=16 HAVE_FPU=false PRINTING=false

# The system as root task of an upstream kernel: $(call loaded_system,architecture,settings[,polled])
define loaded_system
kernel=$$($(MAKE) --no-print-directory -s -f mk/main.mk BOOT=upstream ARCH=$(1) $(2) kernel-path); folder=$${kernel%/*}; \
$(MAKE) --no-print-directory -f mk/main.mk BOOT=upstream ARCH=$(1) $(2) kernel || exit 1; \
$(MAKE) --no-print-directory -f mk/main.mk SEL4_OUT_DIR=$$folder $(3:polled=POLLED=true) user-image || exit 1; \
image=$$($(MAKE) --no-print-directory -s -f mk/main.mk SEL4_OUT_DIR=$$folder $(3:polled=POLLED=true) user-image-path); \
$(MAKE) --no-print-directory -f mk/main.mk BOOT=upstream ARCH=$(1) $(2) ROOT_TASK=$$image TASK=$(or $(3),user) build/$${folder##*/}/$(or $(3),user)/run.sh || exit 1;
endef

.PHONY: ktest-upstream
ktest-upstream:
	+$(Q)for a in riscv32 riscv64; do \
	    $(MAKE) --no-print-directory -f mk/main.mk BOOT=upstream ARCH=$$a ktest-loaded || exit 1; \
	    $(call loaded_system,$$a) \
	    [ $(BUILD) = release ] || $(MAKE) --no-print-directory -f mk/main.mk BOOT=upstream ARCH=$$a $(LOADED_DOMAINS) ktest-loaded || exit 1; \
	done
	+$(Q)[ $(BUILD) = release ] || $(MAKE) --no-print-directory -f mk/main.mk BOOT=upstream ARCH=riscv32 $(LOADED_MEASURED) ktest-loaded
	+$(Q)[ $(BUILD) = release ] || { $(call loaded_system,riscv64,$(LOADED_OTHER)) }
	+$(Q)[ $(BUILD) = release ] || { $(call loaded_system,riscv32,,polled) }
ktest-images: ktest-upstream
LOADED_RUNS := $(foreach a,riscv32 riscv64,$(a)-debug$(VARIANT) $(a)-release$(VARIANT) $(a)-debug$(VARIANT)$(LOADED_DOMAINS_SUFFIX)) \
    riscv32-debug$(VARIANT)$(LOADED_MEASURED_SUFFIX)
KTEST_COMMANDS += $(foreach r,$(LOADED_RUNS),'upstream $(r)=timeout 300 sh build/upstream-$(r)/ktest/run.sh </dev/null')
endif
