# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The programs of the system for a kernel from elsewhere: SEL4_OUT_DIR is its build or install folder, with the files that
# kernels of this ABI leave for user-level builds (sel4-abi.md 13.1). Word size and everything else come from there.
#   user-image        one ELF file, which any loader of such kernels can start as the root task
#   user-image-path   prints where it is
#   POLLED=true       without interrupts (system/polled.camkes); default for the kernels that need it

SEL4_CONFIG := $(firstword $(wildcard $(addsuffix /kernel/gen_config.h, $(addprefix $(SEL4_OUT_DIR)/, \
    gen_config libsel4/include include kernel/gen_config sel4/libsel4/include))))
ifeq ($(SEL4_CONFIG),)
$(error $(SEL4_OUT_DIR): no gen_config/kernel/gen_config.h there; SEL4_OUT_DIR is the folder that a kernel was built in or installed to)
endif
sel4_value = $(strip $(shell sed -n 's/^\#define CONFIG_$(1)  *\([^ ]*\) *.*$$/\1/p' $(SEL4_CONFIG)))

ARCH        := $(call sel4_value,SEL4_ARCH)
override BUILD := $(if $(call sel4_value,DEBUG_BUILD),debug,release)
# Upstream's kernel for this machine, 32 bits, hangs when a handler of a device's interrupt is made: it maps its PLIC at an address that wraps
# to 0. Ours are told from it by a setting about the PLIC that only they have, on or off.
POLLED      ?= $(shell [ $(ARCH) != riscv32 ] || grep -q CONFIG_PLIC_ACK_COMPLETES $(SEL4_CONFIG) || echo true)
ifneq ($(filter-out true false,$(POLLED)),)
$(error POLLED=$(POLLED): true or false)
endif
POLLING     := $(filter true,$(POLLED))
# A folder of its own for every kernel and configuration: a number of the folder's name and of what is imported from it.
SEL4_NUMBERS := $(wildcard $(foreach d,. .. kernel sel4,$(addprefix $(SEL4_OUT_DIR)/$(d)/,generated/invocations_all.json \
    invocations_all.json libsel4/include/sel4/*.h libsel4/include/sel4/arch/*.h libsel4/arch_include/riscv/sel4/arch/*.h)))
OUT         := build/user-$(ARCH)-$(BUILD)$(VARIANT)$(if $(filter headless,$(SYSTEM)),-headless)$(POLLING:true=-polled)-$(firstword $(shell \
    { echo $(abspath $(SEL4_OUT_DIR)); cat $(SEL4_CONFIG) $(SEL4_NUMBERS); } | cksum))
API_NUMBERS := $(OUT)/gen/kernel_numbers.json
BOOT_PARTS  := $(filter-out kernel/% firmware/% tests/%,$(wildcard */build.mk */*/build.mk */*/*/build.mk)) \
               $(addprefix firmware/security_core/,crypto/build.mk package/build.mk store/build.mk)
LOCAL_CORE  := true

# Kernels of the standard configuration have no memory outside RAM where the built-in bundles could lie: they are part of the image. And there is
# no security core: MailboxDriver finds a page of zeros where it would have said that it is there, and SecurityCoordinator has a stand-in; MlCoordinator
# finds no vector core likewise.
COMPOSE_EXTRA = --content archive_hw.archive=$(BUILTINS) --content mailbox_hw.fifo=/dev/null --content mailbox_hw.buffers=/dev/null \
    --content vector_hw.registers=/dev/null --content vector_hw.tcm=/dev/null --root-cnode-bits $(call sel4_value,ROOT_CNODE_SIZE_BITS) \
    --also system/local_core.camkes $(POLLING:true=--also system/polled.camkes)
TCM_SIZE := 4096
COMPOSE_IMAGE = --tcb-bits $(if $(filter riscv64,$(ARCH)),$(if $(call sel4_value,HAVE_FPU),11,10),$(if $(call sel4_value,HAVE_FPU),10,9))
