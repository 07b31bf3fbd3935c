# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += ticker
ticker_SRCS = services/ticker/src/service.c
