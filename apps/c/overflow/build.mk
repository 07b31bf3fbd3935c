# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += overflow
overflow_SRCS = apps/c/overflow/main.c
