# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
ifndef SEL4_OUT_DIR
APPS += mldata
mldata_SRCS = apps/c/mldata/main.c apps/c/mldata/samples.S
$(OUT)/user/apps/c/mldata/samples.S.o: models/digits.samples.bin models/digits.outputs.bin
endif
