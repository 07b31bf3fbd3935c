# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += supervisor
supervisor_SRCS = $(addprefix services/supervisor/src/,service.c restart.c policy.c report.c)

UNIT_TESTS += supervisor
supervisor_TEST_SRCS = tests/unit/supervisor_test.c $(addprefix services/supervisor/src/,policy.c report.c)
supervisor_TEST_CFLAGS = -Iservices/supervisor/src
