# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Measured boot. $(OUT)/boot_manifest.bin says which images may be started: those that QEMU_IMAGES loads, signed with SIGNING_KEY.
#   BOOT_VERSION=1           version of this build's images
#   BOOT_LOWEST_VERSION=1    the lowest that this build's security core starts

BOOT_VERSION        ?= 1
BOOT_LOWEST_VERSION ?= 1

BOOT_DIR := firmware/security_core/boot
CORE_SRCS += $(addprefix $(BOOT_DIR)/,measure.c manifest.c recovery.c version.c)
$(BOOT_DIR)/version_CORE_CFLAGS = -DBOOT_LOWEST_VERSION=$(BOOT_LOWEST_VERSION)u

# Remembers the versions; others make it newer, and so what is built with them.
BOOT_MARK := $(GEN)/boot_version.txt
$(shell mkdir -p $(GEN) && { echo '$(BOOT_VERSION) $(BOOT_LOWEST_VERSION)' | cmp -s - $(BOOT_MARK) || echo '$(BOOT_VERSION) $(BOOT_LOWEST_VERSION)' > $(BOOT_MARK); })

ifneq ($(BOOT),upstream)
$(OUT)/core/$(BOOT_DIR)/version.c.o: $(BOOT_MARK)
$(OUT)/core/$(BOOT_DIR)/measure.c.o: $(GEN)/include/trusted_keys.h
$(OUT)/boot_manifest.bin: $$(filter-out %/security_core.elf %/boot_manifest.bin,$$(IMAGES)) $(GEN)/platform.mk $(BOOT_MARK) $$(KEY_MARK) $$(SIGNING_KEY) \
                          $$(SIGNER) tools/packer/boot_manifest.py $(OUT)/composition.json
	@echo "  SIGN  $@"
	$(Q)$(PY) tools/sign.py boot $(SIGNING_KEY) --version $(BOOT_VERSION) --composition $(OUT)/composition.json -o $@ -- $(QEMU_IMAGES)
endif

UNIT_TESTS += boot_manifest
boot_manifest_TEST_SRCS   = tests/unit/boot_manifest_test.c $(BOOT_DIR)/manifest.c $(OUT)/host/libkata_crypto.a
boot_manifest_TEST_CFLAGS = $(OUR_WARNINGS) -I$(BOOT_DIR) -I$(CRYPTO_DIR)
boot_manifest_TEST_LIBS   = $(OUT)/host/libkata_crypto.a

UNIT_TESTS += boot_recovery
boot_recovery_TEST_SRCS   = tests/flash/boot_recovery_test.c tests/flash/model.c tests/fuzz/parsers/toy_crypto.c \
                            $(addprefix $(BOOT_DIR)/,recovery.c manifest.c) $(STORE_SRCS) common/crc32/src/crc32.c
boot_recovery_TEST_CFLAGS = -I$(BOOT_DIR) -I$(CRYPTO_DIR) $(FLASH_TEST_CFLAGS)
