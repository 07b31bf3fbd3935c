# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/slot_allocator/src/slot_allocator.c

UNIT_TESTS += slot_allocator
slot_allocator_TEST_SRCS = tests/unit/slot_allocator_test.c common/slot_allocator/src/slot_allocator.c
