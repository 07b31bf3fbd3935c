# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Second stage of the build: one non-recursive graph over every room. Each folder says in its build.mk what it
# contributes; the rules that turn contributions into files are in mk/rules.mk.

PLATFORM ?= qemu_virt
BUILD    ?= debug
# console, or headless: without UART driver and console, applications are started by a script in the archive
SYSTEM   ?= console
include mk/boot.mk
GEN      := $(OUT)/gen
PY       := /usr/bin/python3
Q        := $(if $(V),,@)

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
.SECONDEXPANSION:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.PHONY: all test soak run debug size bench docs qemu-command

export PYTHONDONTWRITEBYTECODE := 1

include mk/toolchain.mk
include $(wildcard platforms/$(PLATFORM)/platform.mk)
include $(filter $(BOOT_PARTS),$(sort $(wildcard */build.mk */*/build.mk */*/*/build.mk)))
include mk/rules.mk
include mk/run.mk
