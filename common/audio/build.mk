# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The audio front end: a source of applications that listen.

AUDIO_TABLES      := $(GEN)/include/audio_tables.h
GENERATED_HEADERS += $(AUDIO_TABLES)
$(AUDIO_TABLES): tools/audio/audio_tables.py
	@mkdir -p $(@D)
	$(Q)$(PY) $< -o $@

# Most of its time goes by in the butterflies: for speed.
common/audio/src/features_CFLAGS := -O2 $(NN_STRICT) -Icommon/audio/include

UNIT_TESTS += audio_features
audio_features_TEST_SRCS = tests/unit/audio_features_test.c common/audio/src/features.c
audio_features_TEST_CFLAGS = -Icommon/audio/include
audio_features_TEST_LIBS = -lm
