# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += ping
ping_SRCS = apps/c/ping/main.c
