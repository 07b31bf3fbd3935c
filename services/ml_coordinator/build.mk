# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors

COMPONENTS += ml_coordinator
ml_coordinator_SRCS = services/ml_coordinator/src/service.c
