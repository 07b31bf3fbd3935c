# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Compilers and flags.
#   COMPILER=gcc|clang    for target and host; gcc unless said otherwise
# Debian's cross GCC links, with its libgcc, what either has compiled: with GNU ld, or with clang's lld (GNU ld 2.40 crashes on
# extensions that it does not know, and clang names one in every object).
# GCC: rv32imac with -misa-spec=2.2 at compile and link: GCC 12 then picks the right libgcc and still assembles CSR instructions.

CROSS    := riscv64-unknown-elf-
AR       := $(CROSS)ar
OBJCOPY  := $(CROSS)objcopy

ARCH            ?= riscv32
MARCH_riscv32   := -march=rv32imac -mabi=ilp32
MARCH_riscv64   := -march=rv64imac -mabi=lp64 -mcmodel=medany
LINK_ARCH_FLAGS := $(MARCH_$(ARCH)) -misa-spec=2.2
# For what contains no compiled code, whatever the compiler.
GNU_LINK := $(CROSS)gcc -Wl,--no-warn-rwx-segments
ifeq ($(COMPILER),clang)
CC         := clang-19
HOSTCC     := clang-19
ARCH_FLAGS := --target=$(ARCH)-unknown-elf $(MARCH_$(ARCH))
# Programs lie in the lowest 2 GiB. With medany clang would reach weak symbols through a table, which is writable data.
LOW_MODEL  := -mcmodel=medlow
LINK       := $(CROSS)gcc -fuse-ld=lld -B/usr/lib/llvm-19/bin -Wl,--discard-locals
else
CC         := $(CROSS)gcc
HOSTCC     := gcc
LINK       := $(GNU_LINK)
ARCH_FLAGS := $(LINK_ARCH_FLAGS)
# What clang does by itself: memcpy's loop (freestanding) does not become a call of memcpy; things stay in the order of the source.
NO_IDIOM   := -fno-tree-loop-distribute-patterns
KEEP_ORDER := -fno-toplevel-reorder
endif

WARN       := -std=c11 -Wall -Wextra -Werror
DEPFLAGS    = -MMD -MP

COMMON_INC := $(patsubst %,-I%,$(sort $(wildcard common/*/include)))
USER_CFLAGS = $(ARCH_FLAGS) $(LOW_MODEL) $(WARN) -Os -g -ffreestanding -nostdlib -ffunction-sections -fdata-sections \
              -msmall-data-limit=0 -fno-stack-protector -fno-common $(COMMON_INC) -I$(GEN)/include
USER_LDFLAGS = $(LINK_ARCH_FLAGS) -nostdlib -static -Wl,--gc-sections \
               -Wl,-z,max-page-size=4096 -Wl,--build-id=none

# Host tests: our libc headers must not shadow the host's.
HOST_INC   := $(patsubst %,-I%,$(filter-out common/libc/include,$(sort $(wildcard common/*/include))))
HOST_CFLAGS = $(WARN) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
              $(HOST_INC) -I$(GEN)/include
# Unit tests that die at every instruction (tests/unit/sudden_death.h): no more instructions than necessary.
SUDDEN_DEATH_CFLAGS = -D_POSIX_C_SOURCE=200809L -fno-sanitize=all
