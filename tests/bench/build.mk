# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel's benchmark: a root task built with the kit of the conformance tests (tests/kernel/build.mk says how it runs).

KBENCH_SRCS := $(sort $(filter-out tests/kernel/kit/main.c,$(wildcard tests/kernel/kit/*.[cS])) $(wildcard tests/bench/*.c))
KBENCH_OBJS := $(KBENCH_SRCS:%=$(OUT)/user/%.o)

$(OUT)/kbench.elf: $(KBENCH_OBJS) tests/kernel/link.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T tests/kernel/link.ld -o $@ $(KBENCH_OBJS) -lgcc
-include $(KBENCH_OBJS:.o=.d)

KBENCH_IMAGES := $(OUT)/kbench/run.sh
