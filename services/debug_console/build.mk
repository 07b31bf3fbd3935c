# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += debug_console
debug_console_SRCS := $(addprefix services/debug_console/src/, \
    main.c io.c command.c complete.c errors.c archive.c upload.c \
    cmd_add.c cmd_attest.c cmd_bundle.c cmd_capscan.c cmd_flash.c cmd_install.c cmd_instret.c cmd_key.c cmd_log.c cmd_script.c cmd_service.c \
    cmd_shell.c cmd_supervisor.c cmd_sz.c cmd_top.c transfer.c \
    test_memory.c test_ml.c test_security.c test_timer.c) services/memory_manager/client/memory_client.c
# Much code that runs rarely: common prologues save a page and cost the user nothing that could be noticed.
debug_console_CFLAGS := -msave-restore -Iservices/uart_driver/include -Iservices/memory_manager/include -Iservices/security_coordinator/include -Iservices/ml_coordinator/include

UNIT_TESTS += debug_console
debug_console_TEST_SRCS = tests/unit/debug_console_test.c tests/unit/debug_console/fake.c \
    $(filter-out %/main.c,$(debug_console_SRCS)) $(ZMODEM_SRCS) $(LINEEDIT_SRCS) common/cpio/src/cpio.c \
    common/shell_parse/src/shell_parse.c common/crc32/src/crc32.c common/allocator/src/allocator.c \
    common/slot_allocator/src/slot_allocator.c common/bundle/src/error.c common/manifest/src/error.c $(GEN)/debug_console/camkes.h
debug_console_TEST_CFLAGS = -D_POSIX_C_SOURCE=200809L -include tests/unit/debug_console/host.h -Itests/unit/debug_console \
    -Iservices/debug_console/src -Iservices/uart_driver/include -Iservices/memory_manager/include -Iservices/security_coordinator/include -Iservices/ml_coordinator/include -I$(GEN)/debug_console
