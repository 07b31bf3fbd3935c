# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += mltest
mltest_SRCS = apps/c/mltest/main.c
