# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The control block of the vector core: both sides (services/ml_coordinator, firmware/vector_core).

VC_TOP_SRCS := common/vc_top/src/link.c
COMMON_SRCS += $(VC_TOP_SRCS)
common/vc_top/src/link_CFLAGS = $(STRICT)

UNIT_TESTS += vc_top
vc_top_TEST_SRCS   = tests/unit/vc_top_test.c $(VC_TOP_SRCS)
vc_top_TEST_CFLAGS = $(STRICT)
vc_top_TEST_LIBS   = -lpthread
