# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# A program for hart 0 that gives the vector core jobs: $(OUT)/vector_probe/probe.elf in the kernel's place, with tests/security's monitor.
# test_vector.py runs it on the machine of QEMU_COMMAND.

VPROBE_SRCS := tests/security/probe.S tests/vector/probe.c tests/vector/jobs.S $(VC_TOP_SRCS) common/libc/src/mem.c common/libc/src/str.c
VPROBE_OBJS := $(VPROBE_SRCS:%=$(OUT)/vector_probe/%.o)
# What the jobs reach for, beside their windows.
VPROBE_PLACES = FIRMWARE=$(PLAT_HART2_BASE) TABLES=$(PLAT_VECTOR_TABLES_BASE) REGISTERS=$(PLAT_VC_TOP_BASE) SECURITY=$(PLAT_HART1_BASE) \
                MANAGEMENT=$(PLAT_HART0_BASE) DOORBELL=$(PLAT_VECTOR_BELL_OUT_BASE) TIMER=0x2004010
ifneq ($(BOOT),upstream)
$(OUT)/vector_probe/%.o: % tests/vector/build.mk | $(GEN)/include/platform_gen.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(VECTOR_CFLAGS) $($(basename $*)_CORE_CFLAGS) $(VPROBE_PLACES:%=-D%) $(DEPFLAGS) -c $< -o $@
-include $(VPROBE_OBJS:.o=.d)
$(OUT)/vector_probe/probe.elf: $(VPROBE_OBJS) tests/security/probe.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(MONITOR_LDFLAGS) -Wl,--defsym=PROBE_BASE=$(PLAT_KERNEL_PADDR) -T tests/security/probe.ld $(VPROBE_OBJS) -lgcc -o $@
ktest-images: $(OUT)/vector_probe/probe.elf
endif
