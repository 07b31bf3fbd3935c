# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel's conformance tests: a root task that is loaded in the system's place. A root task NAME ($(OUT)/NAME.elf) gets
#   $(OUT)/NAME/user.img, user.mk   its pages and where they lie (directly behind the kernel)
#   $(OUT)/NAME/monitor.elf         the monitor, linked for that place
#   $(OUT)/NAME/run.sh              the QEMU command: one hart, exact instruction counts, quits by itself
#   run-NAME                        builds and runs it

KTEST_SRCS := $(sort $(wildcard tests/kernel/kit/*.[cS] tests/kernel/*.c))
KTEST_OBJS := $(KTEST_SRCS:%=$(OUT)/user/%.o)
tests/kernel/kit/memory_CFLAGS := $(NO_IDIOM)
ROOT_TASK_LD := tests/kernel/link.ld

$(OUT)/ktest.elf: $(KTEST_OBJS) $(ROOT_TASK_LD)
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T $(ROOT_TASK_LD) -o $@ $(KTEST_OBJS) -lgcc
$(KTEST_OBJS): USER_CFLAGS += $(KEEP_ORDER)
-include $(KTEST_OBJS:.o=.d)

# $(1) = name
define ROOT_TASK_RULES
$(OUT)/$(1)/user.mk $(OUT)/$(1)/user.img &: $(OUT)/$(1).elf $(OUT)/kernel.elf tests/kernel/place.py
	@mkdir -p $$(@D)
	$$(Q)$(PY) tests/kernel/place.py --kernel $(OUT)/kernel.elf --elf $$< --out $$(@D)

$(OUT)/$(1)/monitor.elf: $$(MONITOR_OBJS) firmware/monitor/monitor.ld $(OUT)/kernel.elf $(OUT)/$(1)/user.mk
	@echo "  LD    $$@"
	$$(Q)$$(LINK) $$(MONITOR_LDFLAGS) -T firmware/monitor/monitor.ld \
	    -Wl,--defsym=MONITOR_BASE=$$(PLAT_MONITOR_BASE) -Wl,--defsym=MONITOR_SIZE=$$(PLAT_MONITOR_SIZE) \
	    -Wl,--defsym=KERNEL_ENTRY=$$$$($$(CROSS)readelf -h $(OUT)/kernel.elf | sed -n 's/.*Entry point address: *//p') \
	    $$$$(sed -n 's/^\(UI_[A-Z]*\) := /-Wl,--defsym=\1=/p' $(OUT)/$(1)/user.mk) $$(MONITOR_OBJS) -lgcc -o $$@

$(OUT)/$(1)/run.sh: $(OUT)/$(1)/monitor.elf $(OUT)/$(1)/user.img
	@{ echo '#!/bin/sh'; echo 'exec $$(ROOT_TASK_QEMU) -device loader,file=$(OUT)/$(1)/monitor.elf,cpu-num=0' \
	    '-device loader,file=$(OUT)/kernel.elf -device loader,file=$(OUT)/$(1)/user.img,addr='$$$$(sed -n 's/^UI_START := //p' \
	    $(OUT)/$(1)/user.mk)',force-raw=on "$$$$@"'; } > $$@
	@chmod +x $$@

.PHONY: run-$(1)
run-$(1): $(OUT)/$(1)/run.sh
	@sh $$<
endef
ifneq ($(BOOT),upstream)
$(eval $(call ROOT_TASK_RULES,ktest))
$(eval $(call ROOT_TASK_RULES,kbench))
endif

ROOT_TASK_QEMU = $(QEMU) -M virt -smp 1 -m $(PLAT_TOTAL_RAM_MIB)M -bios none -display none -monitor none -no-reboot \
    -serial stdio -icount shift=0,sleep=off -rtc base=2024-01-01,clock=vm

# For `make test`: both builds, both word sizes.
KTEST_IMAGES := $(OUT)/ktest/run.sh
ktest_command = 'kernel $(1) $(2)=timeout 300 sh build/$(PLATFORM)$(3)-$(2)$(VARIANT)/ktest/run.sh </dev/null'
KTEST_COMMANDS += $(foreach b,debug release,$(call ktest_command,riscv32,$(b)) $(call ktest_command,riscv64,$(b),64))

.PHONY: ktest-rv64
ktest-rv64:
	+$(Q)$(MAKE) --no-print-directory -f mk/main.mk ARCH=riscv64 build/$(PLATFORM)64-$(BUILD)$(VARIANT)/ktest/run.sh
ifneq ($(ARCH),riscv64)
ktest-images: ktest-rv64
endif
