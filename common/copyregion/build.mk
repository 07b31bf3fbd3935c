# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/copyregion/src/copyregion.c

UNIT_TESTS += copyregion
copyregion_TEST_SRCS = tests/unit/copyregion_test.c common/copyregion/src/copyregion.c
copyregion_TEST_CFLAGS = -include tests/unit/fake_sel4.h
