# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += security_coordinator
security_coordinator_LOGIC = $(addprefix services/security_coordinator/src/,store.c image.c keys.c)
security_coordinator_SRCS = $(addprefix services/security_coordinator/src/,service.c chunk.c core.c) $(security_coordinator_LOGIC) \
                            services/memory_manager/client/memory_client.c
# Common prologues: a page less.
security_coordinator_CFLAGS = -Iservices/memory_manager/include -Iservices/mailbox_driver/include -msave-restore

UNIT_TESTS += security_store
security_store_TEST_SRCS = tests/unit/security_store_test.c $(security_coordinator_LOGIC) \
    $(wildcard common/bundle/src/*.c) common/crc32/src/crc32.c
security_store_TEST_CFLAGS = -Iservices/security_coordinator/src -Iservices/security_coordinator/include

UNIT_TESTS += store_death
store_death_TEST_SRCS = tests/unit/store_death_test.c $(security_coordinator_LOGIC) \
    $(wildcard common/bundle/src/*.c) common/crc32/src/crc32.c
store_death_TEST_CFLAGS = $(security_store_TEST_CFLAGS) $(SUDDEN_DEATH_CFLAGS)
