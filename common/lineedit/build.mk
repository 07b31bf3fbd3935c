# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

LINEEDIT_SRCS := $(addprefix common/lineedit/src/,lineedit.c history.c)
COMMON_SRCS += $(LINEEDIT_SRCS)

UNIT_TESTS += lineedit
lineedit_TEST_SRCS = tests/unit/lineedit_test.c $(LINEEDIT_SRCS)
