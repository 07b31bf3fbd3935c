# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Verification of packages. $(GEN)/include/trusted_keys.h has TRUSTED_KEYS, an initialiser for struct package_rules.keys, of the keys
# that tools/packer/build.mk tells about.
# $(OUT)/host/package-check says on the host what the security core would say to a package.

PACKAGE_DIR  := firmware/security_core/package
PACKAGE_SRCS := $(addprefix $(PACKAGE_DIR)/,package.c signed.c)
CORE_SRCS    += $(PACKAGE_SRCS) $(PACKAGE_DIR)/image.c
PACKAGE_INC  := -I$(PACKAGE_DIR) -I$(CRYPTO_DIR)
PACKAGE_HOST := $(PACKAGE_SRCS) $(BUNDLE_SRCS) common/crc32/src/crc32.c $(OUT)/host/libkata_crypto.a

$(GEN)/include/trusted_keys.h: $$(SIGNING_KEY) $$(TRUSTED_KEYS) $$(KEY_MARK) $$(SIGNER)
	@mkdir -p $(@D)
	$(Q)$(PY) tools/sign.py firmware $(SIGNING_KEY) $(TRUSTED_KEYS) -o $@

$(OUT)/host/package-check: tools/packer/package_check.c $(PACKAGE_HOST)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(PACKAGE_INC) -MM -MP -MT $@ $(filter %.c,$^) > $@.d
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(PACKAGE_INC) $(filter %.c %.a,$^) -o $@
-include $(OUT)/host/package-check.d

UNIT_TESTS += package
package_TEST_SRCS = tests/unit/package_test.c $(PACKAGE_HOST)
package_TEST_CFLAGS = $(OUR_WARNINGS) $(PACKAGE_INC)
package_TEST_LIBS = $(OUT)/host/libkata_crypto.a
