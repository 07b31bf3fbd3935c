# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The security core's requests on the host: dispatch, handlers, verification, cryptography and store as they are, on the flash model.
#   core_requests     what each request does and refuses
#   core_powercut     power cuts in a sequence of requests, the short form; `make powercut` [ROUNDS=4] runs the long one, too

CORE_KIT := $(addprefix tests/core/,kit.c machine.c package_kit.c memory.c memory_storage.c memory_install.c memory_image.c) tests/flash/model.c
# The files that memory_*.c bring are not compiled by themselves; attest.c and boot.c are about the machine (tests/security, boot_recovery).
CORE_TESTED_SRCS := $(filter-out %/install.c %/attest.c %/boot.c,$(CORE_REQUESTS)) $(PACKAGE_SRCS) $(STORE_SRCS) common/crc32/src/crc32.c \
                    $(addprefix common/bundle/src/,reader.c validate.c signature.c)
CORE_TEST_CFLAGS := $(OUR_WARNINGS) -D_POSIX_C_SOURCE=200809L -Itests/core -Itests/flash -Ifirmware/security_core -Ifirmware/security_core/store $(PACKAGE_INC)
$(OUT)/unit/core_requests: $(GEN)/include/trusted_keys.h

UNIT_TESTS += core_requests
core_requests_TEST_SRCS = $(addprefix tests/core/,requests_test.c arguments_tests.c install_tests.c package_tests.c key_tests.c damage_tests.c) \
                          $(CORE_KIT) $(CORE_TESTED_SRCS) $(OUT)/host/libkata_crypto.a
core_requests_TEST_CFLAGS = $(CORE_TEST_CFLAGS)
core_requests_TEST_LIBS = $(OUT)/host/libkata_crypto.a

UNIT_TESTS += core_powercut
core_powercut_TEST_SRCS = tests/core/powercut_test.c tests/core/powercut.c tests/core/toy.c $(CORE_KIT) $(CORE_TESTED_SRCS)
core_powercut_TEST_CFLAGS = $(CORE_TEST_CFLAGS)
$(OUT)/unit/core_powercut: $(GEN)/include/trusted_keys.h

ROUNDS ?= 4
.PHONY: powercut-requests
powercut: powercut-requests
powercut-requests: build/host/core/powercut
	$< $(ROUNDS)
build/host/core/powercut: tests/core/powercut_main.c tests/core/powercut.c tests/core/toy.c $(CORE_KIT) $(CORE_TESTED_SRCS) $(GEN)/include/trusted_keys.h \
                          $(wildcard tests/core/*.h tests/flash/*.h firmware/security_core/*.h firmware/security_core/*/*.h)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 -g $(HOST_INC) -I$(GEN)/include $(CORE_TEST_CFLAGS) $(filter %.c,$^) -o $@

# What requests cost the flash.
.PHONY: core-costs
core-costs: build/host/core/measure
	$<
build/host/core/measure: tests/core/measure_main.c tests/core/toy.c $(CORE_KIT) $(CORE_TESTED_SRCS) $(GEN)/include/trusted_keys.h
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 -g $(HOST_INC) -I$(GEN)/include $(CORE_TEST_CFLAGS) $(filter %.c,$^) -o $@
