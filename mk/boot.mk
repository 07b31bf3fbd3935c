# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Where it is built: a folder per platform (or upstream's loader and architecture), build, compiler and whatever else differs from
# the default, so that nothing is mixed.
#   BOOT=monitor     the system (default)
#   BOOT=upstream    the kernel alone, with upstream's configuration, for upstream's loader (with ARCH=riscv32|riscv64)
#   SEL4_OUT_DIR=...  the programs of the system alone, for the kernel that was built in that folder (mk/user_image.mk)
#   AUDIO=true       a system with a microphone
#   COMPILER=clang   everything compiled by clang-19
#   KERNEL_OPT=-O0   optimisation of the kernel
#   NUM_DOMAINS=16   and the other names in KERNEL_SETTABLE: settings of the kernel

BOOT     ?= monitor
AUDIO    ?= false
COMPILER ?= gcc
ifeq ($(filter gcc clang,$(COMPILER)),)
$(error COMPILER=$(COMPILER): gcc or clang)
endif

ifeq ($(filter true false,$(AUDIO)),)
$(error AUDIO=$(AUDIO): true or false)
endif

KERNEL_SETTABLE  := ROOT_CNODE_SIZE_BITS NUM_DOMAINS NUM_DOMAIN_SCHEDULES MAX_NUM_BOOTINFO_UNTYPED_CAPS BOOT_THREAD_TIME_SLICE \
                    RETYPE_FAN_OUT_LIMIT MAX_NUM_WORK_UNITS_PER_PREEMPTION RESET_CHUNK_BITS KERNEL_WCET_SCALE \
                    KERNEL_STATIC_MAX_PERIOD_US HAVE_FPU PRINTING KERNEL_BENCHMARK KERNEL_INVOCATION_REPORT_ERROR_IPC \
                    KERNEL_CHECK_ALL_INVARIANTS
KERNEL_OVERRIDES := $(strip $(foreach n,$(KERNEL_SETTABLE),$(if $($(n)),$(n)=$($(n)))))
empty :=
space := $(empty) $(empty)
VARIANT := $(if $(filter clang,$(COMPILER)),-clang)$(subst $(space),,$(KERNEL_OPT))
SETTINGS := $(if $(KERNEL_OVERRIDES),-$(subst =,_,$(subst $(space),-,$(KERNEL_OVERRIDES))))

ifdef SEL4_OUT_DIR
include mk/user_image.mk
else ifeq ($(BOOT),upstream)
ARCH       ?= riscv32
ifeq ($(filter riscv32 riscv64,$(ARCH)),)
$(error ARCH=$(ARCH): riscv32 or riscv64)
endif
OUT        := build/upstream-$(ARCH)-$(BUILD)$(VARIANT)$(SETTINGS)
BOOT_PARTS := kernel/% common/sel4_sys/% firmware/% tests/%
else ifeq ($(BOOT),monitor)
OUT        := build/$(PLATFORM)$(if $(filter riscv64,$(ARCH)),64)-$(BUILD)$(VARIANT)$(SETTINGS)$(if $(filter headless,$(SYSTEM)),-headless)$(if $(filter true,$(AUDIO)),-audio)
BOOT_PARTS := %
else
$(error BOOT=$(BOOT): monitor or upstream)
endif
