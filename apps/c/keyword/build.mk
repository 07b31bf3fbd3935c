# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Where there is a microphone.

KEYWORD_SCALING := $(GEN)/include/keywords_scaling.h
$(KEYWORD_SCALING): tools/audio/audio_tables.py models/keywords.scaling.txt
	@mkdir -p $(@D)
	$(Q)$(PY) $< -o $@ --scaling keywords models/keywords.scaling.txt

ifeq ($(AUDIO),true)
APPS += keyword
endif
keyword_SRCS = apps/c/keyword/main.c apps/c/keyword/spotter.c common/audio/src/features.c
$(OUT)/user/apps/c/keyword/main.c.o: $(KEYWORD_SCALING)
apps/c/keyword/main_CFLAGS := -Icommon/audio/include

UNIT_TESTS += spotter
spotter_TEST_SRCS = tests/unit/spotter_test.c apps/c/keyword/spotter.c
spotter_TEST_CFLAGS = -Iapps/c/keyword
