# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/capdl/src/capdl.c
UNIT_TESTS += capdl
capdl_TEST_SRCS = tests/unit/capdl_test.c common/capdl/src/capdl.c common/crc32/src/crc32.c
