# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += logtest
logtest_SRCS = apps/c/logtest/main.c
