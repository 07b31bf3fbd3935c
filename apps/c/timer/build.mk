# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += timer
timer_SRCS = apps/c/timer/main.c
