# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The tests of firmware/security_core/crypto, on the host and on the target.

CRYPTO_CASES := $(addprefix tests/crypto/,kit.c vectors.c hash_cases.c signature_cases.c seal_cases.c pool_cases.c)

UNIT_TESTS += crypto
crypto_TEST_SRCS = tests/unit/crypto_test.c $(CRYPTO_CASES) $(OUT)/host/libkata_crypto.a
crypto_TEST_CFLAGS = -isystem $(MBEDTLS)/include -I$(CRYPTO_DIR) -DMBEDTLS_CONFIG_FILE='<mbedtls_config.h>'
crypto_TEST_LIBS = $(OUT)/host/libkata_crypto.a

# A program that has the machine for itself, where the firmware of hart 1 lies.
CRYPTO_TARGET_SRCS := $(CRYPTO_CASES) $(addprefix tests/crypto/,start.S main.c measure.c target.c)
CRYPTO_TARGET_OBJS := $(CRYPTO_TARGET_SRCS:%=$(OUT)/%.o)
$(OUT)/tests/crypto/%.o: tests/crypto/% tests/crypto/build.mk $(CRYPTO_FLAG_FILES) | $(GENERATED_HEADERS) $(MBEDTLS).version
	@mkdir -p $(@D)
	$(Q)$(CC) $(CRYPTO_TARGET_FLAGS) $(crypto_TEST_CFLAGS) $(WARN) -I$(GEN)/include $(DEPFLAGS) -c $< -o $@
-include $(CRYPTO_TARGET_OBJS:.o=.d)

$(OUT)/crypto_test.elf: $(CRYPTO_TARGET_OBJS) $(OUT)/libkata_crypto.a $(OUT)/libkata.a tests/crypto/link.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T tests/crypto/link.ld -Wl,--defsym=BASE=$(PLAT_HART1_BASE) -Wl,--defsym=SIZE=$(PLAT_HART1_SIZE) \
	    $(filter %.o %.a,$^) -lgcc -o $@

ifneq ($(BOOT),upstream)
# The QEMU command, as tests/kernel has it for its programs.
$(OUT)/crypto_test/run.sh: $(OUT)/crypto_test.elf
	@mkdir -p $(@D)
	@{ echo '#!/bin/sh'; echo 'exec $(ROOT_TASK_QEMU) -device loader,file=$<,cpu-num=0 "$$@"'; } > $@
	@chmod +x $@
.PHONY: run-crypto_test
run-crypto_test: $(OUT)/crypto_test/run.sh
	@sh $<

# For `make test`: one build is enough, the code is the same in all.
ifeq ($(BUILD)$(ARCH),debugriscv32)
ktest-images: $(OUT)/crypto_test/run.sh
endif
KTEST_COMMANDS += 'crypto riscv32=timeout 300 sh build/$(PLATFORM)-debug$(VARIANT)/crypto_test/run.sh </dev/null'
endif
