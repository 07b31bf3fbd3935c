# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += $(addprefix common/model/src/,geometry.c vspace.c cspace.c thread.c error.c arch/riscv.c)

UNIT_TESTS += model
model_TEST_SRCS = tests/unit/model_test.c common/model/src/geometry.c common/model/src/vspace.c
model_TEST_CFLAGS = -include tests/unit/fake_sel4.h
