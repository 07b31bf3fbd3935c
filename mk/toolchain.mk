# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Compilers and flags. rv32imac with -misa-spec=2.2 at compile and link: GCC 12 then picks the right libgcc and still
# assembles CSR instructions.

CROSS    := riscv64-unknown-elf-
CC       := $(CROSS)gcc
AR       := $(CROSS)ar
OBJCOPY  := $(CROSS)objcopy
HOSTCC   := gcc

ARCH_FLAGS_riscv32 := -march=rv32imac -misa-spec=2.2 -mabi=ilp32
ARCH_FLAGS_riscv64 := -march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany
ARCH       ?= riscv32
ARCH_FLAGS := $(ARCH_FLAGS_$(ARCH))

WARN       := -std=c11 -Wall -Wextra -Werror
DEPFLAGS    = -MMD -MP

COMMON_INC := $(patsubst %,-I%,$(sort $(wildcard common/*/include)))
USER_CFLAGS = $(ARCH_FLAGS) $(WARN) -Os -g -ffreestanding -nostdlib -ffunction-sections -fdata-sections \
              -msmall-data-limit=0 -fno-stack-protector -fno-common $(COMMON_INC) -I$(GEN)/include
USER_LDFLAGS = $(ARCH_FLAGS) -nostdlib -static -Wl,--gc-sections -Wl,--no-warn-rwx-segments \
               -Wl,-z,max-page-size=4096 -Wl,--build-id=none

# Host tests: our libc headers must not shadow the host's.
HOST_INC   := $(patsubst %,-I%,$(filter-out common/libc/include,$(sort $(wildcard common/*/include))))
HOST_CFLAGS = $(WARN) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
              $(HOST_INC) -I$(GEN)/include
