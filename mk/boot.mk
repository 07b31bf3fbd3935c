# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Two ways into the kernel, and with them two trees of built files. BOOT=monitor (the default) is the system.
# BOOT=upstream is the kernel alone, with upstream's configuration, for upstream's loader; what differs from that configuration is
# part of the folder's name.

BOOT ?= monitor

ifeq ($(BOOT),upstream)
ARCH             ?= riscv32
KERNEL_SETTABLE  := ROOT_CNODE_SIZE_BITS NUM_DOMAINS NUM_DOMAIN_SCHEDULES MAX_NUM_BOOTINFO_UNTYPED_CAPS BOOT_THREAD_TIME_SLICE \
                    RETYPE_FAN_OUT_LIMIT HAVE_FPU PRINTING
KERNEL_OVERRIDES := $(strip $(foreach n,$(KERNEL_SETTABLE),$(if $($(n)),$(n)=$($(n)))))
empty :=
space := $(empty) $(empty)
OUT              := build/upstream-$(ARCH)-$(BUILD)$(if $(KERNEL_OVERRIDES),-$(subst =,_,$(subst $(space),-,$(KERNEL_OVERRIDES))))
BOOT_PARTS       := kernel/% common/sel4_sys/% firmware/% tests/%
ifeq ($(filter riscv32 riscv64,$(ARCH)),)
$(error ARCH=$(ARCH): riscv32 or riscv64)
endif
else ifeq ($(BOOT),monitor)
OUT              := build/$(PLATFORM)-$(BUILD)
BOOT_PARTS       := %
else
$(error BOOT=$(BOOT): monitor or upstream)
endif
