# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# VECTOR_PORT: the way to the vector core. Both are compiled and tested on the host.

COMPONENTS += ml_coordinator
VECTOR_PORT ?= virt
ML_PORTABLE := $(addprefix services/ml_coordinator/src/,models.c table.c loading.c runs.c memory.c image.c vector.c)
ml_coordinator_SRCS = services/ml_coordinator/src/service.c services/ml_coordinator/src/executor.S services/ml_coordinator/src/port_$(VECTOR_PORT).c $(ML_PORTABLE)
ml_coordinator_CFLAGS = -msave-restore $(if $(EXECUTOR),-DEXECUTOR='"$(EXECUTOR)"')
$(OUT)/components/ml_coordinator/services/ml_coordinator/src/executor.S.o: $$(EXECUTOR)

ML_TEST_SRCS   := tests/unit/ml_coordinator_test.c $(ML_PORTABLE) $(addprefix common/bundle/src/,reader.c) common/crc32/src/crc32.c common/nn/src/check.c
ML_TEST_CFLAGS := $(STRICT) -Itests/unit/ml -Iservices/ml_coordinator/src -Iservices/ml_coordinator/include -Ifirmware/vector_core
UNIT_TESTS += ml_coordinator ml_coordinator_sparrow
ml_coordinator_TEST_SRCS           = $(ML_TEST_SRCS) tests/unit/ml/core_virt.c firmware/vector_core/device.c $(VC_TOP_SRCS)
ml_coordinator_TEST_CFLAGS         = $(ML_TEST_CFLAGS)
ml_coordinator_sparrow_TEST_SRCS   = $(ML_TEST_SRCS) tests/unit/ml/core_sparrow.c services/ml_coordinator/src/port_sparrow.c
ml_coordinator_sparrow_TEST_CFLAGS = $(ML_TEST_CFLAGS)
