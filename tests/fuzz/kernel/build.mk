# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Random and exhaustive programs of system calls against the kernel on the host (kernel/arch/host).
#   make fuzz-kernel TIME=seconds     libFuzzer (clang), working corpus in build/host/corpus; a failing program is minimised and printed
#   make enumerate-kernel DEPTH=n     all sequences of n actions, states pruned
#   make walk-kernel COUNT=n          random sequences of 60 actions, with and without the fast paths
# `make test` replays the corpus of the tree (a program per line) and enumerates a little.

TIME  ?= 600
DEPTH ?= 4
FUZZCC ?= clang-19

FUZZK_CORPUS  := tests/fuzz/kernel/corpus.hex
FUZZK_WORLD   := tests/fuzz/kernel/world.c tests/hostkernel/kit.c
FUZZK_PROGRAM := tests/fuzz/kernel/program.c tests/fuzz/kernel/arguments.c tests/fuzz/kernel/budget.c

$(HOSTK_GEN)/include/fuzz_table.h: tests/fuzz/kernel/gen_table.py tools/apigen.py $(wildcard kernel/api/*.toml)
	@mkdir -p $(@D)
	$(Q)$(PY) $< $@

UNIT_TESTS += fuzz_kernel enumerate_kernel
fuzz_kernel_TEST_SRCS = tests/fuzz/kernel/replay.c $(FUZZK_PROGRAM) $(FUZZK_WORLD) $(HOSTK_SRCS)
fuzz_kernel_TEST_CFLAGS = $(HOSTK_FLAGS) -DCORPUS='"$(FUZZK_CORPUS)"'
enumerate_kernel_TEST_SRCS = tests/fuzz/kernel/enumerate.c tests/fuzz/kernel/actions.c $(FUZZK_WORLD) $(HOSTK_SRCS)
enumerate_kernel_TEST_CFLAGS = $(HOSTK_FLAGS)
FUZZK_HEADERS := $(wildcard tests/fuzz/kernel/*.h) tests/hostkernel/kit.h
$(OUT)/unit/fuzz_kernel $(OUT)/unit/enumerate_kernel: $(FUZZK_HEADERS) | $(HOSTK_GENERATED) $(HOSTK_GEN)/include/fuzz_table.h

FUZZK_CFLAGS = $(WARN) -O2 -g -fno-omit-frame-pointer -fno-sanitize-recover=all $(HOSTK_FLAGS)
$(HOSTK)/fuzz: tests/fuzz/kernel/fuzz.c $(FUZZK_PROGRAM) $(FUZZK_WORLD) $(HOSTK_SRCS) $(FUZZK_HEADERS) \
               | $(HOSTK_GENERATED) $(HOSTK_GEN)/include/fuzz_table.h
	@echo "  FUZZ  $@"
	$(Q)$(FUZZCC) $(FUZZK_CFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-coverage=trace-cmp -o $@ tests/fuzz/kernel/fuzz.c $(FUZZK_PROGRAM) $(FUZZK_WORLD) \
	    $(HOSTK_SRCS)
# Without address sanitizer: speed decides how deep it gets.
$(HOSTK)/enumerate: $(enumerate_kernel_TEST_SRCS) $(FUZZK_HEADERS) | $(HOSTK_GENERATED)
	@echo "  ENUM  $@"
	$(Q)$(FUZZCC) $(FUZZK_CFLAGS) -fsanitize=undefined -o $@ $(enumerate_kernel_TEST_SRCS)

.PHONY: fuzz-kernel enumerate-kernel walk-kernel
fuzz-kernel: $(HOSTK)/fuzz $(OUT)/unit/fuzz_kernel
	@PYTHONDONTWRITEBYTECODE=1 $(PY) tests/fuzz/kernel/run.py --fuzzer $(HOSTK)/fuzz --replay $(OUT)/unit/fuzz_kernel \
	    --seeds $(FUZZK_CORPUS) --work $(HOSTK)/corpus --time $(TIME)
enumerate-kernel: $(HOSTK)/enumerate
	$(HOSTK)/enumerate $(DEPTH) 20000000
walk-kernel: $(HOSTK)/enumerate
	$(HOSTK)/enumerate walk $(COUNT) $(SEED)
