# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# MAILBOX_PORT: the way to the security core. Both are compiled and tested on the host.

COMPONENTS += mailbox_driver
MAILBOX_PORT ?= virt
mailbox_driver_SRCS = $(addprefix services/mailbox_driver/src/,service.c exchange.c port_$(MAILBOX_PORT).c)
mailbox_driver_CFLAGS := -msave-restore

MAILBOX_HOST := $(addprefix services/mailbox_driver/src/,exchange.c port_sparrow.c)
UNIT_TESTS += mailbox_driver
mailbox_driver_TEST_SRCS = tests/unit/mailbox_driver_test.c tests/unit/mailbox/device.c $(MAILBOX_HOST) $(MAILBOX_SRCS)
mailbox_driver_TEST_CFLAGS = $(STRICT) -Itests/unit/mailbox -Iservices/mailbox_driver/src -Iservices/mailbox_driver/include
