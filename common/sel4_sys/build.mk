# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# ABI headers, system call and invocation stubs; the numbers are generated from kernel/api, for a kernel from elsewhere
# (mk/user_image.mk) with the labels that it has.

API_DESCRIPTIONS := $(addprefix kernel/api/,syscalls.toml errors.toml objects.toml invocations.toml)
API_OUTPUTS := $(addprefix $(GEN)/,include/sel4/invocation_gen.h include/sel4/stubs_gen.h invocations_all.json kernel-api.md)

$(API_OUTPUTS) &: tools/apigen.py $(API_DESCRIPTIONS) $(API_NUMBERS)
	@echo "  GEN   $(GEN)"
	$(Q)$(PY) tools/apigen.py --arch $(or $(ARCH),riscv32) --out $(GEN) $(API_NUMBERS:%=--numbers %)

docs/kernel-api.md: $(GEN)/kernel-api.md
	cp $< $@

COMMON_SRCS += common/sel4_sys/src/invoke.c common/sel4_sys/src/syscalls.c
