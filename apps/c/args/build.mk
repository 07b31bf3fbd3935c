# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += args
args_SRCS = apps/c/args/main.c
