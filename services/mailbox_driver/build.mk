# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += mailbox_driver
mailbox_driver_SRCS = services/mailbox_driver/src/service.c
