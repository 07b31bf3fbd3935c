# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += suicide
suicide_SRCS = apps/c/suicide/main.c
