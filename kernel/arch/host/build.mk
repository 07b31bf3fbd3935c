# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The kernel as a part of host programs: the generic kernel, the RISC-V paging and capability code, the boot code and the fast paths, over
# a simulated machine. Like on the target all C of the kernel is one unit, $(HOSTK)/kernel.c.
#   HOSTK_SRCS    what a program that contains the kernel is made of, besides its own files
#   HOSTK_FLAGS   its compiler and linker flags

HOSTK     := build/host
HOSTK_GEN := $(HOSTK)/gen

$(HOSTK_GEN)/include/kernel/gen_config.h: tools/kconfig.py $(wildcard kernel/configs/*.conf)
	@mkdir -p $(@D)
	$(Q)$(PY) tools/kconfig.py kernel/configs/host.conf $@ $(HOSTK_GEN)/gen_config.json && touch $@
$(HOSTK_GEN)/include/kernel/caps_gen.h: tools/bitgen.py kernel/api/caps.toml
	@mkdir -p $(@D)
	$(Q)$(PY) tools/bitgen.py --word-size 64 kernel/api/caps.toml $@ && touch $@
$(HOSTK_GEN)/include/sel4/invocation_gen.h: tools/apigen.py $(wildcard kernel/api/*.toml)
	@mkdir -p $(@D)
	$(Q)$(PY) tools/apigen.py --arch riscv64 --out $(HOSTK_GEN) && touch $@
HOSTK_GENERATED := $(addprefix $(HOSTK_GEN)/include/,kernel/gen_config.h kernel/caps_gen.h sel4/invocation_gen.h)

# The kernel has its own memset and memcpy; here they get names of their own, so that they can be tested beside libc's. Nor must a sanitizer
# that wants to yield find the kernel's function of that name (tests/hostkernel/test_state.py looks for others).
HOSTK_KERNEL_C = $(KERNEL_SRCS) $(filter-out %/machine.c,$(KERNEL_ARCH_SRCS)) \
    kernel/arch/host/machine.c
# The checker runs after every entry: a fuzzer must neither pay for its instrumentation nor take its branches for the kernel's.
HOSTK_CHECKS = $(filter kernel/debug/check% kernel/arch/riscv/check.c,$(HOSTK_KERNEL_C))
# It is written anew when anything in it changes: that is how the programs that contain it get to know.
HOSTK_DEPS := $(wildcard kernel/*/*.[ch] kernel/*/*/*.[ch] kernel/*/*/*/*.h kernel/*/*/*/*/*.h)
$(HOSTK)/kernel.c: kernel/build.mk kernel/arch/riscv/build.mk kernel/arch/host/build.mk $(HOSTK_DEPS)
	@mkdir -p $(@D)
	@printf '#define memset kernel_memset\n#define memcpy kernel_memcpy\n#define sched_yield kernel_sched_yield\n' > $@
	@printf '#include "%s"\n' $(filter-out $(HOSTK_CHECKS),$(HOSTK_KERNEL_C)) >> $@
	@printf '#ifdef __clang__\n#pragma clang attribute push(__attribute__((no_sanitize("address","undefined","coverage"))),' >> $@
	@printf ' apply_to = function)\n#endif\n' >> $@
	@printf '#include "%s"\n' $(HOSTK_CHECKS) >> $@
	@printf '#ifdef __clang__\n#pragma clang attribute pop\n#endif\n#include "kernel/arch/host/state.c"\n' >> $@

HOSTK_SRCS  := $(HOSTK)/kernel.c kernel/arch/host/world.c
# The RAM that the kernel's image would fill: its first 64 KiB, of which boot gives back 16.
HOSTK_FLAGS := -I. -Ikernel/arch/host/include -Ikernel/include -Ikernel/arch/riscv/include -I$(HOSTK_GEN)/include \
    -DKERNEL_FASTPATH -fno-pie -no-pie -Wl,--defsym=ki_boot_end=0x40004000 -Wl,--defsym=ki_end=0x40010000
