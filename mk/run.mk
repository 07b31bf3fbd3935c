# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Running, testing and measuring what was built.

IMAGES = $(addprefix $(OUT)/,monitor.elf boot_rom.elf security_core.elf vector_core.elf kernel.elf user.img builtins.cpio boot_manifest.bin)

all: $(IMAGES)

run: all $(FLASH)
	@exec $(QEMU_COMMAND)

qemu-command: $(FLASH)
	@echo '$(QEMU_COMMAND)'

# Every test, of both builds: host units, programs on the target kernel, conversations with the console.
BUILDS      := debug release
SUBMAKE      = $(MAKE) --no-print-directory -s -f mk/main.mk
TEST_PYTEST ?= $(filter-out tests/system,$(sort $(patsubst %/,%,$(dir $(wildcard tests/*/test_*.py)))))

# If the second compiler is there, its kernel passes the conformance suite, too (the whole matrix: `make compilers`).
ifeq ($(COMPILER)$(shell command -v clang-19 >/dev/null && echo +clang),gcc+clang)
CLANG_IMAGES   := $(SUBMAKE) COMPILER=clang BUILD=release build/$(PLATFORM)-release-clang/ktest/run.sh && \
                  $(SUBMAKE) COMPILER=clang BUILD=debug ARCH=riscv64 build/$(PLATFORM)64-debug-clang/ktest/run.sh
CLANG_COMMANDS := $(call ktest_command,riscv32,release-clang) $(call ktest_command,riscv64,debug-clang,64)
endif

# A debug kernel that checks all invariants whenever it is left (tests/kernel/README.md): the conformance suite for both word sizes, and the
# system with a conversation.
ifeq ($(VARIANT),)
CHECKED          := KERNEL_CHECK_ALL_INVARIANTS=true KERNEL_OPT=-O2
checked_out       = build/$(PLATFORM)$(1)-debug-O2-KERNEL_CHECK_ALL_INVARIANTS_true
CHECKED_IMAGES    = $(SUBMAKE) $(CHECKED) BUILD=debug all $(call checked_out)/ktest/run.sh && \
                    $(SUBMAKE) $(CHECKED) BUILD=debug ARCH=riscv64 $(call checked_out,64)/ktest/run.sh
CHECKED_COMMANDS := $(foreach w,32 64,'kernel riscv$(w) checked=timeout 300 sh $(call checked_out,$(w:32=))/ktest/run.sh </dev/null')
CHECKED_CONSOLE   = "tests/system/test_console.py=$(call checked_out)=$$($(SUBMAKE) $(CHECKED) BUILD=debug qemu-command)"
endif

.PHONY: checked-images test-checked
checked-images:
	+@$(CHECKED_IMAGES)
test-checked: checked-images
	+@$(PY) tools/run_tests.py --target $(CHECKED_COMMANDS) --console $(CHECKED_CONSOLE)

test: $(UNIT_BINS)
	+@for b in $(BUILDS); do $(SUBMAKE) BUILD=$$b all factory rust-apps ktest-images || exit 1; done
	+@$(SUBMAKE) kernel-rv64
	+@$(CLANG_IMAGES)
	+@$(CHECKED_IMAGES)
	+@boot() { $(SUBMAKE) BUILD=$$1 qemu-command; }; out() { echo build/$(PLATFORM)-$$1$(VARIANT); }; \
	    QEMU_COMMAND="$$(boot debug)" OUT="$$(out debug)" $(PY) tools/run_tests.py --unit $(UNIT_BINS) \
	    --target $(KTEST_COMMANDS) $(CLANG_COMMANDS) $(CHECKED_COMMANDS) --pytest $(TEST_PYTEST) \
	    --console "tests/system=$$(out debug)=$$(boot debug)" "tests/system=$$(out release)=$$(boot release)" \
	        $(CHECKED_CONSOLE)
# Models, own ones and those of MODELS_FOLDER, in the long forms of the tests.
.PHONY: test-models
test-models: all $(FACTORY)
	@QEMU_COMMAND='$(QEMU_COMMAND)' OUT=$(OUT) LONG=1 $(PY) -m pytest -q -p no:cacheprovider -rs tests/system/test_data_models.py tests/system/test_models.py
.PHONY: ktest-images factory
factory: $(FACTORY)
ktest-images: $(KTEST_IMAGES)

SEED    ?= 1
MINUTES ?= $(if $(OPERATIONS),,5)
soak: all $(FACTORY)
	@QEMU_COMMAND='$(SCRATCH_COMMAND)' $(PY) tools/soak.py --seed $(SEED) $(OPERATIONS:%=--operations %) $(MINUTES:%=--minutes %)

# A system with a microphone (AUDIO=true), which hears words that are made for it.
.PHONY: demo
demo: all $(FACTORY)
	@QEMU_COMMAND='$(SCRATCH_COMMAND)' $(PY) tools/demo.py --out $(OUT)/demo $(DEMO)

COMPONENT ?= $(firstword $(COMPONENTS))
debug: all $(FLASH)
	@tools/debug.sh '$(QEMU_COMMAND)' $(OUT) $(if $(APP),app/$(APP),$(COMPONENT))

size: all $(FACTORY)
	@QEMU_COMMAND='$(SCRATCH_COMMAND)' $(PY) tools/size.py --out $(OUT) $(if $(filter headless,$(SYSTEM)),--static) --compiled '$(notdir $(CC)) $(KERNEL_OPT)'
# The kernel's rows for both word sizes, and those of kernels with two domains.
KBENCH_OTHERS = riscv64=$(call kbench_out,64,) riscv32.domains=$(call kbench_out,,-NUM_DOMAINS_2) \
                riscv64.domains=$(call kbench_out,64,-NUM_DOMAINS_2)
kbench_out    = build/$(PLATFORM)$(1)-$(BUILD)$(VARIANT)$(2)
bench: all $(FACTORY) $(KBENCH_IMAGES)
	+@$(SUBMAKE) ARCH=riscv64 $(call kbench_out,64,)/kbench/run.sh
	+@for w in 32: 64:64; do $(SUBMAKE) ARCH=riscv$${w%:*} NUM_DOMAINS=2 $(call kbench_out,$${w#*:},-NUM_DOMAINS_2)/kbench/run.sh || exit 1; done
	@QEMU_COMMAND='$(SCRATCH_COMMAND)' $(PY) tools/bench.py --out $(OUT) $(KBENCH_OTHERS:%=--kernel %)
	@QEMU_COMMAND='$(SCRATCH_COMMAND)' $(PY) tools/response.py
docs: docs/graph.svg docs/authority.txt docs/kernel-api.md
