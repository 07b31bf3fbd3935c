# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += capabuse
capabuse_SRCS = apps/c/capabuse/main.c
