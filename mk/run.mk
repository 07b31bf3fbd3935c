# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Running, testing and measuring what was built.

IMAGES = $(OUT)/monitor.elf $(OUT)/park1.elf $(OUT)/park2.elf $(OUT)/kernel.elf $(OUT)/user.img $(OUT)/builtins.cpio

all: $(IMAGES)

run: all
	@exec $(QEMU_COMMAND)

qemu-command:
	@echo '$(QEMU_COMMAND)'

# Every test, of this build and of the other: host units, programs on the target kernel, conversations with the console.
OTHER := $(if $(filter debug,$(BUILD)),release,debug)
TEST_PYTEST ?= $(sort $(patsubst %/,%,$(dir $(wildcard tests/*/test_*.py))))

test: all $(UNIT_BINS) $(KTEST_IMAGES)
	@$(MAKE) --no-print-directory -f mk/main.mk BUILD=$(OTHER) all $(if $(KTEST_IMAGES),ktest-images)
	@$(MAKE) --no-print-directory -s -f mk/main.mk kernel-rv64
	@QEMU_COMMAND='$(QEMU_COMMAND)' OUT=$(OUT) $(PY) tools/run_tests.py --unit $(UNIT_BINS) \
	    --target $(KTEST_COMMANDS) --pytest $(TEST_PYTEST)
.PHONY: ktest-images
ktest-images: $(KTEST_IMAGES)

COMPONENT ?= $(firstword $(COMPONENTS))
debug: all
	@tools/debug.sh '$(QEMU_COMMAND)' $(OUT) $(if $(APP),app/$(APP),$(COMPONENT))

size: all
	@QEMU_COMMAND='$(QEMU_COMMAND)' $(PY) tools/size.py --out $(OUT)
bench: all $(KBENCH_IMAGES)
	@QEMU_COMMAND='$(QEMU_COMMAND)' $(PY) tools/bench.py --out $(OUT)
docs: docs/graph.svg docs/authority.txt docs/kernel-api.md
