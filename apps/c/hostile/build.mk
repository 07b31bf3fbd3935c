# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += hostile
hostile_SRCS = apps/c/hostile/main.c
