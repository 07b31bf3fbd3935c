# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# $(OUT)/vector_core.elf: the firmware of hart 2.

VECTOR_PORTABLE := $(addprefix firmware/vector_core/,device.c windows.c)
VECTOR_SRCS := $(addprefix firmware/vector_core/,start.S main.c job.c bell.c) $(VECTOR_PORTABLE) $(VC_TOP_SRCS) common/libc/src/mem.c
VECTOR_OBJS := $(VECTOR_SRCS:%=$(OUT)/vector/%.o)
VECTOR_CFLAGS = $(ARCH_FLAGS) $(WARN) $(STRICT) -Os -g -ffreestanding -nostdlib -ffunction-sections -fdata-sections -fno-stack-protector \
                -fno-common -msmall-data-limit=0 -Ifirmware/vector_core -Ifirmware/include -Icommon/vc_top/include -Icommon/libc/include \
                -I$(GEN)/include

$(OUT)/vector/%.o: % firmware/vector_core/build.mk | $(GEN)/include/platform_gen.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(VECTOR_CFLAGS) $($(basename $*)_CORE_CFLAGS) $(DEPFLAGS) -c $< -o $@
-include $(VECTOR_OBJS:.o=.d)

ifneq ($(BOOT),upstream)
$(OUT)/vector_core.elf: $(VECTOR_OBJS) firmware/vector_core/core.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -Wl,--gc-sections -Wl,--defsym=CORE_BASE=$(PLAT_HART2_BASE) \
	    -Wl,--defsym=CORE_SIZE=$$(($(PLAT_VECTOR_TABLES_BASE) - $(PLAT_HART2_BASE))) -T firmware/vector_core/core.ld $(VECTOR_OBJS) -lgcc -o $@
endif

UNIT_TESTS += vector_core
vector_core_TEST_SRCS   = tests/unit/vector_core_test.c $(VECTOR_PORTABLE) $(VC_TOP_SRCS)
vector_core_TEST_CFLAGS = $(STRICT) -Ifirmware/vector_core
