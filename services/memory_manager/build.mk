# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += memory_manager
memory_manager_SRCS = $(addprefix services/memory_manager/src/,service.c boot.c allocation.c objects.c buddy.c kernel.c)

UNIT_TESTS += memory_allocation
memory_allocation_TEST_SRCS = tests/unit/memory_allocation_test.c \
    $(addprefix services/memory_manager/src/,allocation.c objects.c buddy.c)
memory_allocation_TEST_CFLAGS = -Iservices/memory_manager/src -Iservices/memory_manager/include
