# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
BUNDLE_SRCS := $(addprefix common/bundle/src/,reader.c validate.c signature.c error.c)
COMMON_SRCS += $(BUNDLE_SRCS)

UNIT_TESTS += bundle
bundle_TEST_SRCS = tests/unit/bundle_test.c $(BUNDLE_SRCS) common/crc32/src/crc32.c
