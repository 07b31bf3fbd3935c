# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += sdk_runtime
sdk_runtime_LOGIC = $(addprefix services/sdk_runtime/src/,apps.c timers.c requests.c)
sdk_runtime_CFLAGS = -Iservices/timer_service/include
sdk_runtime_SRCS = services/sdk_runtime/src/service.c $(sdk_runtime_LOGIC)

UNIT_TESTS += sdk_runtime
sdk_runtime_TEST_SRCS = tests/unit/sdk_runtime_test.c $(sdk_runtime_LOGIC) common/camkes/src/marshal.c
sdk_runtime_TEST_CFLAGS = -Iservices/sdk_runtime/src -Iservices/sdk_runtime/include $(sdk_runtime_CFLAGS)
