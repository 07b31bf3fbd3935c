# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Cryptography of the security core: the part of Mbed TLS that mbedtls_config.h names, from Debian's source package (fetched when it is
# first needed; all build folders share it), and the layer over it. For the target $(OUT)/libkata_crypto.a, for programs on the host with
# sanitizers $(OUT)/host/libkata_crypto.a.

CRYPTO_DIR  := firmware/security_core/crypto
CRYPTO_SRCS := $(addprefix $(CRYPTO_DIR)/,crypto.c pool.c)

MBEDTLS       := build/debian/mbedtls
MBEDTLS_PARTS := aes asn1parse asn1write bignum cipher cipher_wrap constant_time ecdsa ecp ecp_curves gcm hkdf hmac_drbg md \
                 platform_util sha256
# Our warnings are for our code: Mbed TLS keeps to those of its own build (-Wall -Wextra), and none of them stops ours, as a point
# release of Debian or another compiler may bring one that is not ours to mend. (The constants are those of AES's inverse.)
MBEDTLS_FLAGS := -std=c99 -Wall -Wextra -Wno-unused-const-variable -I$(MBEDTLS)/include -I$(CRYPTO_DIR) -DMBEDTLS_CONFIG_FILE='<mbedtls_config.h>'
OUR_WARNINGS  := $(WARN) -Wconversion -Wmissing-prototypes -Wpedantic
CRYPTO_FLAGS  := $(OUR_WARNINGS) -isystem $(MBEDTLS)/include -I$(CRYPTO_DIR) -DMBEDTLS_CONFIG_FILE='<mbedtls_config.h>'

$(MBEDTLS).version:
	@tools/debian_source.sh mbedtls 2.28. $(@D)

CRYPTO_TARGET_FLAGS = $(ARCH_FLAGS) $(CRYPTO_OPT) -g -ffreestanding -nostdlib -ffunction-sections -fdata-sections -fno-stack-protector \
                      -fno-common -msmall-data-limit=0 -Icommon/libc/include -I$(CRYPTO_DIR)/freestanding
CRYPTO_HOST_FLAGS   = -O2 $(filter -g -f%,$(HOST_CFLAGS))
# README.md has the measurements: optimised for speed, the curve's arithmetic gains most per byte.
CRYPTO_OPT          = $(if $(filter %/ecp.o %/ecp_curves.o,$@),-O2,-Os)

CRYPTO_FLAG_FILES := $(CRYPTO_DIR)/build.mk mk/toolchain.mk
$(OUT)/mbedtls/%.o: $(MBEDTLS).version $(CRYPTO_FLAG_FILES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CRYPTO_TARGET_FLAGS) $(MBEDTLS_FLAGS) $(DEPFLAGS) -c $(MBEDTLS)/library/$*.c -o $@
$(OUT)/$(CRYPTO_DIR)/%.o: $(CRYPTO_DIR)/% $(CRYPTO_FLAG_FILES) | $(MBEDTLS).version
	@mkdir -p $(@D)
	$(Q)$(CC) $(CRYPTO_TARGET_FLAGS) $(CRYPTO_FLAGS) $(DEPFLAGS) -c $< -o $@
$(OUT)/host/mbedtls/%.o: $(MBEDTLS).version $(CRYPTO_FLAG_FILES)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CRYPTO_HOST_FLAGS) $(MBEDTLS_FLAGS) $(DEPFLAGS) -c $(MBEDTLS)/library/$*.c -o $@
$(OUT)/host/$(CRYPTO_DIR)/%.o: $(CRYPTO_DIR)/% $(CRYPTO_FLAG_FILES) | $(MBEDTLS).version
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CRYPTO_HOST_FLAGS) $(CRYPTO_FLAGS) $(DEPFLAGS) -c $< -o $@

CRYPTO_OBJS      := $(CRYPTO_SRCS:%=$(OUT)/%.o) $(MBEDTLS_PARTS:%=$(OUT)/mbedtls/%.o)
CRYPTO_HOST_OBJS := $(CRYPTO_SRCS:%=$(OUT)/host/%.o) $(MBEDTLS_PARTS:%=$(OUT)/host/mbedtls/%.o)
$(OUT)/libkata_crypto.a: $(CRYPTO_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(OUT)/host/libkata_crypto.a: $(CRYPTO_HOST_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && ar rcs $@ $^
-include $(CRYPTO_OBJS:.o=.d) $(CRYPTO_HOST_OBJS:.o=.d)
