# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/allocator/src/allocator.c

UNIT_TESTS += allocator
allocator_TEST_SRCS = tests/unit/allocator_test.c common/allocator/src/allocator.c
