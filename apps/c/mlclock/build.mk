# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The same program three times, each with a model of its own.
ifndef SEL4_OUT_DIR
MLCLOCKS := mlclock1 mlclock2 mlclock3
APPS += $(MLCLOCKS)
$(foreach c,$(MLCLOCKS),$(eval $(c)_SRCS = apps/c/mlclock/main.c)$(eval $(c)_MANIFEST = apps/c/mlclock/$(c).manifest))
endif
