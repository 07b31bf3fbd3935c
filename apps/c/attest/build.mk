# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += attest
attest_SRCS = apps/c/attest/main.c
