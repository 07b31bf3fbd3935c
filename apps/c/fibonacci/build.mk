# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += fibonacci
fibonacci_SRCS = apps/c/fibonacci/main.c
