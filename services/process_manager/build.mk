# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += process_manager
process_manager_LOGIC = $(addprefix services/process_manager/src/,args.c bundles.c fault.c install.c image.c load.c)
process_manager_INCLUDES = -Iservices/sdk_runtime/include -Iservices/security_coordinator/include -Iservices/memory_manager/include
# Common prologues: a page less.
process_manager_CFLAGS = $(process_manager_INCLUDES) -msave-restore
process_manager_SRCS = $(addprefix services/process_manager/src/,service.c process.c space.c heap.c) $(process_manager_LOGIC) \
                       services/memory_manager/client/memory_client.c

UNIT_TESTS += process_manager
process_manager_TEST_SRCS = tests/unit/process_manager_test.c $(process_manager_LOGIC) common/bundle/src/reader.c \
                            common/bundle/src/validate.c common/manifest/src/manifest.c common/crc32/src/crc32.c common/model/src/geometry.c
process_manager_TEST_CFLAGS = -D_POSIX_C_SOURCE=200809L -Iservices/process_manager/src -Iservices/process_manager/include $(process_manager_INCLUDES)
