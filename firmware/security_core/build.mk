# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# $(OUT)/security_core.elf: the firmware of hart 1. $(OUT)/security_core_test.elf: the same with an Echo that makes it fail (tests).
# CORE_SRCS: whatever else belongs to it, given by the folders below.

CORE_REQUESTS := $(addprefix firmware/security_core/,dispatch.c dispatch_message.c $(addprefix requests/,core.c store.c arguments.c attest.c boot.c install.c packages.c keys.c))
CORE_SRCS += $(addprefix firmware/security_core/,start.S main.c boot.c doorbell.c flash_bus.c flash_cfi.c pmp.c rng.c storage.c server.c \
             watchdog.c) $(CORE_REQUESTS) firmware/monitor/console.c common/libc/src/mem.c common/libc/src/str.c \
             common/mailbox/src/message.c common/mailbox/src/ring.c common/crc32/src/crc32.c $(addprefix common/bundle/src/,reader.c validate.c signature.c)
CORE_OBJS = $(sort $(CORE_SRCS:%=$(OUT)/core/%.o))
CORE_CFLAGS = $(ARCH_FLAGS) $(WARN) $(STRICT) -Os -g -ffreestanding -nostdlib -ffunction-sections -fdata-sections -fno-stack-protector \
              -fno-common -msmall-data-limit=0 -Ifirmware/security_core -Ifirmware/security_core/crypto -Ifirmware/security_core/package -Ifirmware/include -Icommon/mailbox/include \
              -Icommon/bundle/include -Icommon/crc32/include -Icommon/libc/include -I$(GEN)/include
CORE_LDFLAGS = $(MONITOR_LDFLAGS) -Wl,--gc-sections -Wl,--defsym=CORE_BASE=$(PLAT_HART1_BASE) -Wl,--defsym=CORE_SIZE=$(PLAT_HART1_SIZE) \
               -T firmware/security_core/core.ld

$(OUT)/core/firmware/security_core/requests/install.c.o: $(GEN)/include/trusted_keys.h
$(OUT)/core/%.o: % | $(GEN)/include/platform_gen.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CORE_CFLAGS) $($(basename $*)_CORE_CFLAGS) $(DEPFLAGS) -c $< -o $@
$(OUT)/core-test/%.o: % | $(GEN)/include/platform_gen.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CORE_CFLAGS) -DCORE_TEST $(DEPFLAGS) -c $< -o $@
common/libc/src/mem_CORE_CFLAGS := $(NO_IDIOM)

CORE_TESTED := $(addprefix firmware/security_core/,requests/core.c flash_bus.c test_hooks.c)
CORE_TEST_OBJS = $(CORE_TESTED:%=$(OUT)/core-test/%.o) $(filter-out $(CORE_TESTED:%=$(OUT)/core/%.o),$(CORE_OBJS))

ifneq ($(BOOT),upstream)
$(OUT)/security_core.elf: $$(CORE_OBJS) $(OUT)/libkata_crypto.a firmware/security_core/core.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(CORE_LDFLAGS) $(CORE_OBJS) $(OUT)/libkata_crypto.a -lgcc -o $@
$(OUT)/security_core_test.elf: $$(CORE_TEST_OBJS) $(OUT)/libkata_crypto.a firmware/security_core/core.ld $(GEN)/platform.mk
	@echo "  LD    $@"
	$(Q)$(LINK) $(CORE_LDFLAGS) $(CORE_TEST_OBJS) $(OUT)/libkata_crypto.a -lgcc -o $@
ktest-images: $(OUT)/security_core_test.elf
-include $(patsubst %.o,%.d,$(wildcard $(OUT)/core/*/*/*.o $(OUT)/core/*/*/*/*.o $(OUT)/core-test/*/*/*.o))
endif
