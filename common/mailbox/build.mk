# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Messages between the cores: both sides of the mailbox (services/mailbox_driver, firmware/security_core).

MAILBOX_SRCS := $(addprefix common/mailbox/src/,message.c ring.c table.c)
COMMON_SRCS += $(MAILBOX_SRCS)
STRICT := -Wconversion -Wmissing-prototypes -Wpedantic
$(foreach s,$(MAILBOX_SRCS:.c=),$(eval $s_CFLAGS := $(STRICT)))

UNIT_TESTS += mailbox
mailbox_TEST_SRCS = tests/unit/mailbox_test.c $(MAILBOX_SRCS)
mailbox_TEST_CFLAGS = $(STRICT)
