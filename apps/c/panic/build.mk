# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += panic
panic_SRCS = apps/c/panic/main.c
