# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/shell_parse/src/shell_parse.c

UNIT_TESTS += shell_parse
shell_parse_TEST_SRCS = tests/unit/shell_parse_test.c common/shell_parse/src/shell_parse.c
