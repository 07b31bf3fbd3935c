# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += sdk_runtime
sdk_runtime_LOGIC = $(addprefix services/sdk_runtime/src/,apps.c audio.c timers.c messages.c models.c requests.c)
sdk_runtime_INCLUDES = -Iservices/timer_service/include -Iservices/security_coordinator/include -Iservices/ml_coordinator/include \
                       -Iservices/audio_driver/include
# Common prologues: a page less.
sdk_runtime_CFLAGS = $(sdk_runtime_INCLUDES) -msave-restore
sdk_runtime_SRCS = services/sdk_runtime/src/service.c $(sdk_runtime_LOGIC)

UNIT_TESTS += sdk_runtime
sdk_runtime_TEST_SRCS = tests/unit/sdk_runtime_test.c $(sdk_runtime_LOGIC) common/camkes/src/marshal.c sdk/src/error.c
# The SDK's headers for error.c, behind the host's C library.
sdk_runtime_TEST_CFLAGS = -Iservices/sdk_runtime/src -Iservices/sdk_runtime/include $(sdk_runtime_INCLUDES) -idirafter sdk/include

UNIT_TESTS += sdk_runtime_death
sdk_runtime_death_TEST_SRCS = tests/unit/sdk_runtime_death_test.c $(sdk_runtime_LOGIC) common/camkes/src/marshal.c
sdk_runtime_death_TEST_CFLAGS = $(sdk_runtime_TEST_CFLAGS) $(SUDDEN_DEATH_CFLAGS)
