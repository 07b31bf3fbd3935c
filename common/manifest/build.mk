# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/manifest/src/manifest.c common/manifest/src/error.c

UNIT_TESTS += manifest
manifest_TEST_SRCS = tests/unit/manifest_test.c common/manifest/src/manifest.c common/manifest/src/error.c
