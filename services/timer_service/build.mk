# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += timer_service
timer_service_SRCS = $(addprefix services/timer_service/src/,service.c timers.c goldfish_rtc.c)
# Common prologues save a page of code.
timer_service_CFLAGS := -msave-restore $(if $(filter true,$(AUDIO)),-DTIMERS_CLIENTS=6)

UNIT_TESTS += timers
timers_TEST_SRCS = tests/unit/timers_test.c services/timer_service/src/timers.c
timers_TEST_CFLAGS = -Iservices/timer_service/src -Iservices/timer_service/include

UNIT_TESTS += timers_death
timers_death_TEST_SRCS = tests/unit/timers_death_test.c services/timer_service/src/timers.c
timers_death_TEST_CFLAGS = $(timers_TEST_CFLAGS) $(SUDDEN_DEATH_CFLAGS)
