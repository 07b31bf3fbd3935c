# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += large
large_SRCS = apps/c/large/main.c
large_LD = apps/c/large/large.ld
