# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The monitor of hart 0, linked last: it carries the addresses of kernel and user image. $(OUT)/user.mk is a text file with
# the lines UI_START, UI_END, UI_PVOFFSET and UI_ENTRY (= 0x...), written by the build of the user image.

MONITOR_SRCS := $(addprefix firmware/monitor/,start.S main.c pmp.c sbi.c trap.c console.c)
MONITOR_OBJS := $(MONITOR_SRCS:%=$(OUT)/%.o)
MONITOR_CFLAGS = $(ARCH_FLAGS) $(WARN) -Wconversion -Wmissing-prototypes -Wpedantic -Os -g -ffreestanding -nostdlib \
                 -fno-stack-protector -fno-common -msmall-data-limit=0 -Ifirmware/include -I$(GEN)/include
MONITOR_LDFLAGS = $(LINK_ARCH_FLAGS) -nostdlib -static -Wl,--build-id=none

$(OUT)/firmware/monitor/%.o: firmware/monitor/% firmware/monitor/build.mk mk/toolchain.mk | $(GEN)/include/platform_gen.h $(GEN)/include/kernel/gen_config.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(MONITOR_CFLAGS) $(DEPFLAGS) -c $< -o $@
-include $(MONITOR_OBJS:.o=.d)

$(OUT)/monitor.elf: $(MONITOR_OBJS) firmware/monitor/monitor.ld $(OUT)/kernel.elf $(OUT)/user.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -T firmware/monitor/monitor.ld \
	    -Wl,--defsym=MONITOR_BASE=$(PLAT_MONITOR_BASE) -Wl,--defsym=MONITOR_SIZE=$(PLAT_MONITOR_SIZE) \
	    -Wl,--defsym=KERNEL_ENTRY=$$($(CROSS)readelf -h $(OUT)/kernel.elf | sed -n 's/.*Entry point address: *//p') \
	    $$(sed -n 's/^\(UI_[A-Z]*\) *:*= */-Wl,--defsym=\1=/p' $(OUT)/user.mk) $(MONITOR_OBJS) -lgcc -o $@
