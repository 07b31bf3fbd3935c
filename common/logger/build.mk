# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/logger/src/format.c common/logger/src/log.c

UNIT_TESTS += logger
logger_TEST_SRCS = tests/unit/logger_test.c common/logger/src/format.c
