# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += hello
hello_SRCS = apps/c/hello/main.c
