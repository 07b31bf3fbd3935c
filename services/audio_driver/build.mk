# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += audio_driver
audio_driver_LOGIC = $(addprefix services/audio_driver/src/,ring.c ticks.c wav.c)
audio_driver_SRCS = $(addprefix services/audio_driver/src/,service.c sound_file.c) $(audio_driver_LOGIC)
audio_driver_CFLAGS = -msave-restore

UNIT_TESTS += audio_driver
audio_driver_TEST_SRCS = tests/unit/audio_driver_test.c $(audio_driver_LOGIC)
audio_driver_TEST_CFLAGS = -Iservices/audio_driver/src -Iservices/audio_driver/include
