# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# One application for each way to fault: crash-illegal, crash-jump, ...

CRASHES := illegal breakpoint jump writetext kernel syscall vector
APPS += $(CRASHES:%=crash-%)
$(foreach c,$(CRASHES),$(eval crash-$(c)_SRCS = apps/c/crash/$(c).c))
