# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Unit tests of the kernel on the host, and its coverage.
#   coverage-kernel    lines and branches of kernel/ that the host tests reach (with gcc, whose gcov counts): prints the table
#   mutate-kernel      makes COUNT faults (chosen by SEED) in a copy of the kernel and counts those that the host tests notice
# README.md describes them.

HOSTKERNEL_TESTS := $(sort $(wildcard tests/hostkernel/*_test.c))
UNIT_TESTS += hostkernel
hostkernel_TEST_SRCS = tests/hostkernel/main.c tests/hostkernel/kit.c tests/hostkernel/chain.c $(HOSTKERNEL_TESTS) $(HOSTK_SRCS)
hostkernel_TEST_CFLAGS = $(HOSTK_FLAGS)
# The headers of the host's configuration, not of the target's.
$(OUT)/unit/hostkernel $(OUT)/unit/fuzz_kernel $(OUT)/unit/enumerate_kernel: private GEN := $(HOSTK_GEN)
$(OUT)/unit/hostkernel: $(wildcard tests/hostkernel/*.h) | $(HOSTK_GENERATED)

# --- coverage: the kernel's unit alone is instrumented; unit tests, the corpus and a short enumeration run -----------------------
HOSTK_COV := $(HOSTK)/coverage
HOSTK_COV_CFLAGS = $(WARN) -O0 -g '-DINLINE=static inline __attribute__((unused))' $(HOSTK_FLAGS)
$(HOSTK_COV)/kernel.o: $(HOSTK)/kernel.c | $(HOSTK_GENERATED)
	@mkdir -p $(@D)
	$(Q)gcc $(HOSTK_COV_CFLAGS) --coverage -c $< -o $@
$(HOSTK_COV)/%: $(HOSTK_COV)/kernel.o $(wildcard tests/hostkernel/*.[ch] tests/fuzz/kernel/*.[ch]) | $(HOSTK_GEN)/include/fuzz_table.h
	$(Q)gcc $(HOSTK_COV_CFLAGS) $($*_TEST_CFLAGS) $(filter-out $(HOSTK)/kernel.c,$($*_TEST_SRCS)) $< -o $@ -lcmocka -lgcov

.PHONY: coverage-kernel
coverage-kernel: $(addprefix $(HOSTK_COV)/,hostkernel fuzz_kernel enumerate_kernel)
	@rm -f $(HOSTK_COV)/*.gcda
	@$(HOSTK_COV)/hostkernel >/dev/null 2>&1
	@$(HOSTK_COV)/fuzz_kernel $(FUZZK_CORPUS) >/dev/null
	@$(HOSTK_COV)/enumerate_kernel 2 >/dev/null 2>&1
	@$(PY) tests/hostkernel/coverage.py $(HOSTK_COV)/kernel.o $(COVERAGE_ARGS)

# --- do the tests notice faults? ------------------------------------------------------------------------------------------------
COUNT ?= 100
HOSTK_MUTATE = $(PY) tests/hostkernel/mutate.py --cc $(HOSTCC) --flags '$(HOSTK_FLAGS)'
.PHONY: mutate-kernel
mutate-kernel: $(HOSTK)/kernel.c | $(HOSTK_GENERATED) $(HOSTK_GEN)/include/fuzz_table.h
	@$(HOSTK_MUTATE) --count $(COUNT) --seed $(SEED) $(if $(TARGET),--target) $(MUTATE_ARGS)
