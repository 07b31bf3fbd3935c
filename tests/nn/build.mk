# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The executor's kernels on the target: exactness, and what they cost.
#   make -f mk/main.mk nn-bench [MODELS="name=file ..."]

NN_BENCH_SRCS := tests/nn/main.c tests/crypto/target.c tests/crypto/start.S
NN_BENCH_OBJS := $(NN_BENCH_SRCS:%=$(OUT)/user/%.o)
tests/nn/main_CFLAGS := $(NN_STRICT)

$(OUT)/nn_bench.elf: $(NN_BENCH_OBJS) $(OUT)/libkata_nn.a $(OUT)/libkata.a tests/crypto/link.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T tests/crypto/link.ld -Wl,--defsym=BASE=$(PLAT_HART2_BASE) -Wl,--defsym=SIZE=$(PLAT_HART2_SIZE) \
	    $(filter %.o %.a,$^) -lgcc -o $@
-include $(NN_BENCH_OBJS:.o=.d)

# What of it a vector core needs: its text has a limit.
$(OUT)/nn_executor.elf: $(OUT)/libkata_nn.a $(OUT)/libkata.a
	$(Q)$(LINK) $(USER_LDFLAGS) -Wl,-e,nn_run -Wl,-u,nn_run_layer -Wl,-u,nn_vector -o $@ $^ $(filter %.a,$^) -lgcc

# One hart, counting instructions.
NN_BENCH_QEMU = $(QEMU) -M virt -m $(PLAT_TOTAL_RAM_MIB)M -bios none -display none -monitor none -no-reboot -serial stdio \
    -icount shift=0,sleep=off -device loader,file=$(OUT)/nn_bench.elf,cpu-num=0
$(OUT)/nn_bench/run.sh: $(OUT)/nn_bench.elf $(OUT)/nn_executor.elf tests/nn/build.mk
	@mkdir -p $(@D)
	@{ echo '#!/bin/sh'; echo "export QEMU_COMMAND='$(NN_BENCH_QEMU)' MODEL_AT=$(PLAT_HART0_BASE) EXECUTOR=$(OUT)/nn_executor.elf"; \
	    echo 'exec $(PY) tests/nn/bench.py "$$@"'; } > $@
	@chmod +x $@

ifeq ($(ARCH)$(BOOT),riscv32monitor)
.PHONY: nn-bench
nn-bench: $(OUT)/nn_bench/run.sh
	@$< --json $(OUT)/nn_bench.json $(MODELS)
bench: nn-bench

# For `make test`: one build is enough, the code is the same in all.
ifeq ($(BUILD),debug)
ktest-images: $(OUT)/nn_bench/run.sh
endif
KTEST_COMMANDS += 'nn riscv32=timeout 500 sh build/$(PLATFORM)-debug$(VARIANT)/nn_bench/run.sh </dev/null'
endif
