# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Verification of packages. PACKAGE_OBJS are linked with $(OUT)/libkata_crypto.a and $(OUT)/libkata.a; $(GEN)/include/trusted_keys.h has
# TRUSTED_KEYS, an initialiser for struct package_rules.keys, of the keys that tools/packer/build.mk tells about.
# $(OUT)/host/package-check says on the host what the security core would say to a package.

PACKAGE_DIR  := firmware/security_core/package
PACKAGE_SRCS := $(addprefix $(PACKAGE_DIR)/,package.c signed.c)
PACKAGE_OBJS := $(PACKAGE_SRCS:%=$(OUT)/%.o)
PACKAGE_INC  := -I$(PACKAGE_DIR) -I$(CRYPTO_DIR)
PACKAGE_HOST := $(PACKAGE_SRCS) $(BUNDLE_SRCS) common/crc32/src/crc32.c $(OUT)/host/libkata_crypto.a

$(OUT)/$(PACKAGE_DIR)/%.o: $(PACKAGE_DIR)/% $(PACKAGE_DIR)/build.mk $(CRYPTO_FLAG_FILES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CRYPTO_TARGET_FLAGS) $(OUR_WARNINGS) $(PACKAGE_INC) -Icommon/bundle/include -Icommon/crc32/include $(DEPFLAGS) -c $< -o $@
-include $(PACKAGE_OBJS:.o=.d)

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
