# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += $(addprefix common/libc/src/,mem.c str.c number.c printf.c)

UNIT_TESTS += libc
libc_TEST_SRCS = tests/unit/libc_test.c
libc_TEST_CFLAGS = -Wno-format -Wno-format-security -Wno-format-truncation -Wno-nonnull
