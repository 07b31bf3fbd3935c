# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += security_coordinator
SECURITY_SRCS := $(addprefix services/security_coordinator/src/,service.c attest.c sessions.c packages.c manifest.c keys.c result.c core.c)
security_coordinator_SRCS = $(SECURITY_SRCS) services/security_coordinator/src/way_mailbox.c
# Common prologues: a page less.
security_coordinator_CFLAGS = -Iservices/mailbox_driver/include -msave-restore

# Without a security core (mk/user_image.mk): the parts of its firmware that need no hart of their own.
ifeq ($(LOCAL_CORE),true)
security_coordinator_SRCS = $(SECURITY_SRCS) services/security_coordinator/src/way_local.c $(addprefix firmware/security_core/,dispatch.c dispatch_message.c storage.c) \
                            $(filter-out %/attest.c %/boot.c,$(wildcard firmware/security_core/requests/*.c)) $(STORE_SRCS) $(PACKAGE_SRCS) $(PACKAGE_DIR)/image.c
security_coordinator_CFLAGS += -Ifirmware $(PACKAGE_INC) '-DKEPT=__attribute__((section(".bss.camkes_persistent")))'
security_coordinator_LIBS = $(OUT)/libkata_crypto_constant.a

# Two constants of Mbed TLS are not declared as such; a component has no initialised variables.
CONSTANTS := $(foreach v,one.0 memset_func,--rename-section .data.$v=.rodata.$v,alloc,load,readonly,data,contents)
$(OUT)/libkata_crypto_constant.a: $(OUT)/libkata_crypto.a services/security_coordinator/build.mk
	$(Q)$(OBJCOPY) $(CONSTANTS) $< $@
$(OUT)/components/security_coordinator/firmware/security_core/requests/install.c.o: $(GEN)/include/trusted_keys.h
endif

# The whole service over a security core of the test's.
UNIT_TESTS += security_coordinator
security_coordinator_TEST_SRCS = tests/unit/security_coordinator_test.c tests/unit/security_coordinator/core.c $(SECURITY_SRCS) \
    services/security_coordinator/src/way_mailbox.c \
    $(wildcard common/bundle/src/*.c) common/crc32/src/crc32.c $(MAILBOX_SRCS) $(GEN)/security_coordinator/camkes.h
security_coordinator_TEST_CFLAGS = -D_POSIX_C_SOURCE=200809L -include tests/unit/security_coordinator/host.h -Itests/unit/security_coordinator \
    -Iservices/security_coordinator/include -Iservices/mailbox_driver/include -I$(GEN)/security_coordinator
