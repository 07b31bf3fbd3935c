# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += memory
memory_SRCS = apps/c/memory/main.c
