# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Parsers of outside input under libFuzzer with sanitizers (clang-19), a target each.
#   make fuzz-parsers TIME=seconds [PARSER=bundle]    all, or one; new inputs go to build/host/parsers/<name>
#   make fuzz-parsers-corpus                          puts the smallest set of them with the same coverage into tests/fuzz/parsers/corpus
# `make test` replays the corpora, each input also 200 times (flash, which takes longer: 20) with a few bytes changed.

PARSERS := bundle package boot_manifest manifest console zmodem cpio capdl sdk mailbox_core mailbox_driver flash core_requests nn_model
PARSER  ?= $(PARSERS) composer model
bundle_PARSED   := $(wildcard common/bundle/src/*.c) common/crc32/src/crc32.c
package_PARSED   = $(PACKAGE_SRCS) $(bundle_PARSED)
package_PARSER_CFLAGS = $(PACKAGE_INC)
boot_manifest_PARSED = firmware/security_core/boot/manifest.c tests/fuzz/parsers/toy_crypto.c
boot_manifest_PARSER_CFLAGS = -Ifirmware/security_core/boot -Ifirmware/security_core/crypto
manifest_PARSED := $(wildcard common/manifest/src/*.c)
console_PARSED  := $(wildcard common/lineedit/src/*.c common/shell_parse/src/*.c)
zmodem_PARSED   := $(wildcard common/zmodem/src/*.c) common/crc32/src/crc32.c
cpio_PARSED     := $(wildcard common/cpio/src/*.c)
capdl_PARSED    := $(wildcard common/capdl/src/*.c) common/crc32/src/crc32.c
capdl_MAX_LEN    := 16384
cpio_MAX_LEN     := 16384
sdk_PARSED       = $(sdk_runtime_LOGIC) common/camkes/src/marshal.c
sdk_PARSER_CFLAGS = -Iservices/sdk_runtime/src -Iservices/sdk_runtime/include -Iservices/timer_service/include -Iservices/security_coordinator/include -Iservices/ml_coordinator/include -Iservices/audio_driver/include
mailbox_core_PARSED = $(addprefix firmware/security_core/,server.c dispatch_message.c requests/core.c requests/arguments.c) $(MAILBOX_SRCS)
mailbox_core_PARSER_CFLAGS = -D_POSIX_C_SOURCE=200809L -Ifirmware/security_core -Ifirmware/security_core/crypto
mailbox_driver_PARSED = $(addprefix services/mailbox_driver/src/,exchange.c port_virt.c) $(MAILBOX_SRCS)
mailbox_driver_PARSER_CFLAGS = -Itests/unit/mailbox -Iservices/mailbox_driver/src -Iservices/mailbox_driver/include
flash_PARSED     = tests/flash/model.c $(STORE_SRCS) common/crc32/src/crc32.c
flash_PARSER_CFLAGS = -Ifirmware/security_core/store -Itests/flash -DROUNDS=20
core_requests_PARSED = $(filter-out tests/core/kit.c,$(CORE_KIT)) $(CORE_TESTED_SRCS)
core_requests_PARSER_CFLAGS = -D_POSIX_C_SOURCE=200809L -Itests/core -Itests/flash -Ifirmware/security_core -Ifirmware/security_core/store $(PACKAGE_INC)
$(OUT)/unit/fuzz_core_requests build/host/parsers/fuzz_core_requests: $(GEN)/include/trusted_keys.h
nn_model_PARSED  := common/nn/src/check.c $(addprefix common/nn/src/,run.c scalar.c softmax.c)

PARSER_DIR := build/host/parsers
define PARSER_RULES
UNIT_TESTS += fuzz_$(1)
fuzz_$(1)_TEST_SRCS = tests/fuzz/parsers/replay.c tests/fuzz/parsers/$(1).c $$($(1)_PARSED)
fuzz_$(1)_TEST_CFLAGS = -Itests/fuzz/parsers -DCORPUS='"tests/fuzz/parsers/corpus/$(1).hex"' $$($(1)_PARSER_CFLAGS)
$(PARSER_DIR)/fuzz_$(1): tests/fuzz/parsers/$(1).c $$$$($(1)_PARSED) tests/fuzz/parsers/target.h | $$$$(GENERATED_HEADERS)
	@mkdir -p $$(@D)
	$(Q)$(FUZZCC) $(WARN) -O2 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=fuzzer,address,undefined $$(HOST_INC) \
	    -I$$(GEN)/include -Itests/fuzz/parsers $$($(1)_PARSER_CFLAGS) $$(filter %.c,$$^) -o $$@
.PHONY: fuzz-parser-$(1) fuzz-corpus-$(1)
fuzz-parser-$(1): $(PARSER_DIR)/fuzz_$(1)
	@$(PY) tests/fuzz/parsers/corpus.py unpack tests/fuzz/parsers/corpus/$(1).hex $(PARSER_DIR)/$(1)
	$(PARSER_DIR)/fuzz_$(1) -max_total_time=$$(TIME) -max_len=$$(or $$($(1)_MAX_LEN),4096) -timeout=10 -print_final_stats=1 -artifact_prefix=$(PARSER_DIR)/finding-$(1)- \
	    $(PARSER_DIR)/$(1) 2>&1 | tail -n 12
fuzz-corpus-$(1): $(PARSER_DIR)/fuzz_$(1)
	@rm -rf $(PARSER_DIR)/$(1).small && mkdir -p $(PARSER_DIR)/$(1).small
	@$(PARSER_DIR)/fuzz_$(1) -merge=1 $(PARSER_DIR)/$(1).small $(PARSER_DIR)/$(1) > /dev/null 2>&1
	@$(PY) tests/fuzz/parsers/corpus.py pack $(PARSER_DIR)/$(1).small tests/fuzz/parsers/corpus/$(1).hex
endef
$(foreach p,$(PARSERS),$(eval $(call PARSER_RULES,$p)))

.PHONY: fuzz-parser-composer fuzz-parser-model fuzz-parsers fuzz-parsers-corpus
fuzz-parser-composer:
	$(PY) tests/fuzz/parsers/composer.py $(TIME)
fuzz-parser-model:
	$(PY) tests/fuzz/parsers/model.py $(TIME)
fuzz-parsers: $(PARSER:%=fuzz-parser-%)
fuzz-parsers-corpus: $(PARSERS:%=fuzz-corpus-%)

# What the flash target's corpus begins with: build/host/parsers/flash_seeds > tests/fuzz/parsers/corpus/flash.hex
$(PARSER_DIR)/flash_seeds: tests/fuzz/parsers/flash_seeds.c $(FLASH_MODEL) $(STORE_SRCS) common/crc32/src/crc32.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 $(HOST_INC) $(FLASH_TEST_CFLAGS) $^ -o $@
