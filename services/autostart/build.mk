# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += autostart
autostart_SRCS = services/autostart/src/main.c services/autostart/src/commands.c
