# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += memory_manager
memory_manager_SRCS = $(addprefix services/memory_manager/src/,service.c boot.c allocation.c place.c objects.c buddy.c kernel.c)

# What outlives the service lies in a section that the tests can save and restore.
MEMORY_TESTS = memory_allocation memory_limits memory_crash memory_boot
UNIT_TESTS += $(MEMORY_TESTS)
MEMORY_TEST_SRCS = $(addprefix tests/unit/memory_manager/,fake_kernel.c kit.c) \
    $(addprefix services/memory_manager/src/,allocation.c place.c objects.c buddy.c)
$(foreach t,$(MEMORY_TESTS),$(eval $t_TEST_SRCS = tests/unit/$t_test.c $(MEMORY_TEST_SRCS)))
$(foreach t,$(MEMORY_TESTS),$(eval $t_TEST_CFLAGS = -Itests/unit/memory_manager -Iservices/memory_manager/src \
    -Iservices/memory_manager/include '-DKERNEL_PERSISTENT=__attribute__((section("books")))'))
memory_boot_TEST_SRCS += services/memory_manager/src/boot.c

UNIT_TESTS += memory_client
memory_client_TEST_SRCS = tests/unit/memory_client_test.c services/memory_manager/client/memory_client.c
memory_client_TEST_CFLAGS = -Itests/unit/memory_manager -Iservices/memory_manager/include
