# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# $(OUT)/boot_rom.elf: where harts 0 and 2 wait for the security core.

ifneq ($(BOOT),upstream)
define ROM_IMAGE_RULE
$(OUT)/$(1).elf: $(2) firmware/boot_rom/image.ld $(GEN)/platform.mk | $(GEN)/include/platform_gen.h
	@mkdir -p $$(@D)
	@echo "  LD    $$@"
	$(Q)$$(LINK) $$(MONITOR_LDFLAGS) -I$(GEN)/include -Wl,--defsym=IMAGE_BASE=$(3) -Wl,--defsym=IMAGE_SIZE=$(4) -T firmware/boot_rom/image.ld $(2) -o $$@
endef
$(eval $(call ROM_IMAGE_RULE,boot_rom,firmware/boot_rom/rom.S,$$(PLAT_BOOT_ROM_BASE),$$(PLAT_BOOT_ROM_SIZE)))
endif
