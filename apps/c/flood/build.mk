# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += flood
flood_SRCS = apps/c/flood/main.c
