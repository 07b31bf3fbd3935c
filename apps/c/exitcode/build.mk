# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += exitcode
exitcode_SRCS = apps/c/exitcode/main.c
