# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += keyval
keyval_SRCS = apps/c/keyval/main.c
