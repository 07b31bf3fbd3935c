# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += pong
pong_SRCS = apps/c/pong/main.c
