# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The check of models is everybody's (libkata.a); the executor, with the vector kernels, is the vector core's (libkata_nn.a).

NN_PORTABLE_SRCS := $(addprefix common/nn/src/,run.c scalar.c softmax.c)
NN_VECTOR_SRCS   := $(addprefix common/nn/src/,vector.c channels.S pixels.S depthwise.S elements.S exp.S)
COMMON_SRCS      += common/nn/src/check.c

NN_STRICT := -Wconversion -Wmissing-prototypes -Wpedantic
common/nn/src/check_CFLAGS := $(NN_STRICT)
# The executor has 16 KiB; its time goes by in the assembly.
$(foreach s,run scalar softmax vector,$(eval common/nn/src/$(s)_CFLAGS := $(NN_STRICT) -Oz))

NN_OBJS := $(patsubst %,$(OUT)/user/%.o,$(NN_PORTABLE_SRCS) $(NN_VECTOR_SRCS))
$(NN_OBJS) $(OUT)/user/common/nn/src/check.c.o: common/nn/build.mk
$(OUT)/libkata_nn.a: $(NN_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
-include $(NN_OBJS:.o=.d)

UNIT_TESTS += nn
nn_TEST_SRCS = tests/unit/nn_test.c common/nn/src/check.c $(NN_PORTABLE_SRCS)
nn_TEST_LIBS = -lm
