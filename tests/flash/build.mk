# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The security core's flash and store on the host.
#   flash_store   what each call promises, full and worn flashes, images of earlier versions (image-<version>.hex)
#   powercut      power cuts in every operation, the short form; `make powercut` [SEEDS=8] [STEPS=120] is the long one
#   flash_cfi     the driver against a model of the chips' command machine
#   test_flash_show.py  tools/flash_show.py finds what the store finds, in the flashes that build/host/flash/show makes

FLASH_MODEL := tests/flash/model.c tests/flash/workload.c
FLASH_TEST_CFLAGS := -Ifirmware/security_core/store -Ifirmware/security_core -Itests/flash

UNIT_TESTS += flash_store powercut flash_cfi
flash_store_TEST_SRCS = tests/flash/store_test.c $(FLASH_MODEL) $(STORE_SRCS) common/crc32/src/crc32.c
flash_store_TEST_CFLAGS = $(FLASH_TEST_CFLAGS)
powercut_TEST_SRCS = tests/flash/powercut_test.c tests/flash/powercut.c $(FLASH_MODEL) $(STORE_SRCS) common/crc32/src/crc32.c
powercut_TEST_CFLAGS = $(FLASH_TEST_CFLAGS)
flash_cfi_TEST_SRCS = tests/flash/flash_cfi_test.c tests/flash/cfi_model.c firmware/security_core/flash_cfi.c
flash_cfi_TEST_CFLAGS = $(FLASH_TEST_CFLAGS)

SEEDS ?= 8
STEPS ?= 120
.PHONY: powercut
powercut: build/host/flash/powercut
	$< $(SEEDS) $(STEPS)
build/host/flash/%: tests/flash/%_main.c tests/flash/powercut.c $(FLASH_MODEL) $(STORE_SRCS) common/crc32/src/crc32.c \
                    $(wildcard tests/flash/*.h firmware/security_core/store/*.h)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -D_POSIX_C_SOURCE=200809L -O2 -g $(HOST_INC) $(FLASH_TEST_CFLAGS) $(filter %.c,$^) -o $@

# The image that a new version of the format adds to its predecessors': build/host/flash/image > tests/flash/image-<version>.hex
build/host/flash/image: tests/flash/image.c $(FLASH_MODEL) $(STORE_SRCS) common/crc32/src/crc32.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 $(HOST_INC) $(FLASH_TEST_CFLAGS) $^ -o $@
