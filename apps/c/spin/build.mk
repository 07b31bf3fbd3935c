# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += spin
spin_SRCS = apps/c/spin/main.c
