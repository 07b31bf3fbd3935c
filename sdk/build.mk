# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The application's library: libsdk.a holds everything that a program needs besides libgcc.

SDK_SRCS += $(addprefix sdk/src/,crt.S call.c sdk.c error.c stdio.c exit.c panic.c malloc.c)
SDK_SHARED_SRCS := $(addprefix common/libc/src/,mem.c str.c number.c printf.c) common/camkes/src/marshal.c common/sel4_sys/src/syscalls.c
SDK_OBJS := $(patsubst %,$(OUT)/user/%.o,$(SDK_SRCS) $(SDK_SHARED_SRCS))

# sdk/include comes first: its stdio.h and stdlib.h continue with those of common/libc.
SDK_INC    := -Isdk/include -Icommon/libc/include -Icommon/sdk_abi/include
APP_CFLAGS  = $(ARCH_FLAGS) $(LOW_MODEL) $(WARN) -Os -g -ffreestanding -ffunction-sections -fdata-sections -msmall-data-limit=0 \
              -fno-stack-protector -fno-common $(SDK_INC) -Icommon/camkes/include -Icommon/sel4_sys/include \
              -Icommon/utf8/include -I$(GEN)/include
APP_LDFLAGS = $(USER_LDFLAGS) -nostartfiles
$(OUT)/user/sdk/% $(OUT)/user/apps/%: USER_CFLAGS = $(APP_CFLAGS)

$(OUT)/libsdk.a: $(SDK_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
-include $(SDK_OBJS:.o=.d)

# For other projects: headers, library, linker script, packer, Rust crate and a pkg-config file.
PREFIX ?= /usr/local
.PHONY: install-sdk
install-sdk: $(OUT)/libsdk.a $$(MANIFEST_CHECK)
	$(Q)sdk/install '$(PREFIX)' $(ARCH) $(OUT) '$(firstword $(LINK))' '$(LINK_ARCH_FLAGS)'
