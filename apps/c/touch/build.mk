# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

APPS += touch
touch_SRCS = apps/c/touch/main.c
