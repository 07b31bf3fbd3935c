# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
ifeq ($(AUDIO),true)
APPS += audio
endif
audio_SRCS = apps/c/audio/main.c
