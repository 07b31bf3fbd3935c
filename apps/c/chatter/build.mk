# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += chatter
chatter_SRCS = apps/c/chatter/main.c
