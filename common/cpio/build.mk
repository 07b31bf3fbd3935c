# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/cpio/src/cpio.c

UNIT_TESTS += cpio
cpio_TEST_SRCS = tests/unit/cpio_test.c common/cpio/src/cpio.c
