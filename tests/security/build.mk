# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Programs that attack the security core: $(OUT)/security/probe.elf in the kernel's place (with a monitor that enters it), $(OUT)/security/hart2.elf
# as the image of hart 2. test_security.py runs them on the machine of QEMU_COMMAND.

PROBE_SRCS := $(addprefix tests/security/,probe.S probe.c) common/mailbox/src/message.c common/mailbox/src/ring.c common/libc/src/mem.c
PROBE_OBJS := $(PROBE_SRCS:%=$(OUT)/security/%.o)
ifneq ($(BOOT),upstream)
$(OUT)/security/%.o: % | $(GEN)/include/platform_gen.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CORE_CFLAGS) $($(basename $*)_CORE_CFLAGS) $(DEPFLAGS) -c $< -o $@
-include $(PROBE_OBJS:.o=.d)
$(OUT)/security/probe.elf: $(PROBE_OBJS) tests/security/probe.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -Wl,--defsym=PROBE_BASE=$(PLAT_KERNEL_PADDR) -T tests/security/probe.ld $(PROBE_OBJS) -lgcc -o $@
$(OUT)/security/monitor.elf: $(MONITOR_OBJS) firmware/monitor/monitor.ld $(GEN)/platform.mk
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -T firmware/monitor/monitor.ld -Wl,--defsym=MONITOR_BASE=$(PLAT_MONITOR_BASE) \
	    -Wl,--defsym=MONITOR_SIZE=$(PLAT_MONITOR_SIZE) -Wl,--defsym=KERNEL_ENTRY=$(PLAT_KERNEL_PADDR) \
	    $(foreach n,START END PVOFFSET ENTRY,-Wl,--defsym=UI_$(n)=0) $(MONITOR_OBJS) -lgcc -o $@
$(eval $(call ROM_IMAGE_RULE,security/hart2,tests/security/hart2.S,$$(PLAT_HART2_BASE),$$(PLAT_HART2_SIZE)))
ktest-images: $(addprefix $(OUT)/security/,probe.elf monitor.elf hart2.elf)
endif
