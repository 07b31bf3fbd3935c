# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMMON_SRCS += common/panic/src/panic.c
