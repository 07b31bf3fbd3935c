# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

ZMODEM_SRCS := $(addprefix common/zmodem/src/,crc16.c frame.c encode.c receiver.c sender.c)
COMMON_SRCS += $(ZMODEM_SRCS)

UNIT_TESTS += zmodem zmodem_sz zmodem_rz
zmodem_TEST_SRCS = tests/unit/zmodem_test.c $(ZMODEM_SRCS) common/crc32/src/crc32.c
zmodem_sz_TEST_SRCS = tests/unit/zmodem_sz_test.c $(ZMODEM_SRCS) common/crc32/src/crc32.c
zmodem_sz_TEST_LIBS = -lutil
zmodem_rz_TEST_SRCS = tests/unit/zmodem_rz_test.c $(ZMODEM_SRCS) common/crc32/src/crc32.c
zmodem_rz_TEST_LIBS = -lutil
