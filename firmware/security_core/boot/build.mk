# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Boot manifests.

BOOT_DIR := firmware/security_core/boot

UNIT_TESTS += boot_manifest
boot_manifest_TEST_SRCS   = tests/unit/boot_manifest_test.c $(BOOT_DIR)/manifest.c $(OUT)/host/libkata_crypto.a
boot_manifest_TEST_CFLAGS = $(OUR_WARNINGS) -I$(BOOT_DIR) -I$(CRYPTO_DIR)
boot_manifest_TEST_LIBS   = $(OUT)/host/libkata_crypto.a
