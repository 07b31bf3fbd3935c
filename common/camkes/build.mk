# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += $(addprefix common/camkes/src/,marshal.c server.c park.c client.c signal.c start.c capscan.c arch/riscv/start.S)

UNIT_TESTS += marshal
marshal_TEST_SRCS = tests/unit/marshal_test.c common/camkes/src/marshal.c
UNIT_TESTS += camkes
camkes_TEST_SRCS = tests/unit/camkes_test.c $(addprefix common/camkes/src/,marshal.c server.c park.c client.c)
camkes_TEST_CFLAGS = -include tests/unit/fake_sel4.h
