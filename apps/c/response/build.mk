# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
APPS += response
response_SRCS = apps/c/response/main.c
