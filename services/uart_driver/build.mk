# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += uart_driver
uart_driver_SRCS = $(addprefix services/uart_driver/src/,service.c line.c ns16550.c)

UNIT_TESTS += uart_line
uart_line_TEST_SRCS = tests/unit/uart_line_test.c services/uart_driver/src/line.c
uart_line_TEST_CFLAGS = -Iservices/uart_driver/src
