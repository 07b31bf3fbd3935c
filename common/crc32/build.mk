# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/crc32/src/crc32.c

UNIT_TESTS += crc32
crc32_TEST_SRCS = tests/unit/crc32_test.c common/crc32/src/crc32.c
