# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
COMMON_SRCS += common/bundle/src/reader.c common/bundle/src/validate.c common/bundle/src/error.c

UNIT_TESTS += bundle
bundle_TEST_SRCS = tests/unit/bundle_test.c common/bundle/src/reader.c common/bundle/src/validate.c common/bundle/src/error.c \
                   common/crc32/src/crc32.c
