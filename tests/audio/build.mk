# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# What the audio front end costs on the target.
#   make -f mk/main.mk audio-bench

AUDIO_BENCH_OBJS := $(patsubst %,$(OUT)/user/%.o,tests/audio/target.c common/audio/src/features.c tests/crypto/target.c tests/crypto/start.S)
tests/audio/target_CFLAGS := $(NN_STRICT) -Icommon/audio/include
$(OUT)/audio_bench.elf: $(AUDIO_BENCH_OBJS) $(OUT)/libkata.a tests/crypto/link.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T tests/crypto/link.ld -Wl,--defsym=BASE=$(PLAT_HART2_BASE) -Wl,--defsym=SIZE=$(PLAT_HART2_SIZE) \
	    $(filter %.o %.a,$^) -lgcc -o $@
-include $(AUDIO_BENCH_OBJS:.o=.d)

ifeq ($(ARCH)$(BOOT),riscv32monitor)
$(OUT)/audio_bench/run.sh: $(OUT)/audio_bench.elf tests/audio/build.mk
	@mkdir -p $(@D)
	@{ echo '#!/bin/sh'; echo 'exec $(subst nn_bench.elf,audio_bench.elf,$(NN_BENCH_QEMU)) "$$@"'; } > $@
	@chmod +x $@
.PHONY: audio-bench
audio-bench: $(OUT)/audio_bench/run.sh
	@sh $<
bench: audio-bench

# For `make test`: one build is enough, the code is the same in all.
ifeq ($(BUILD),debug)
ktest-images: $(OUT)/audio_bench/run.sh
endif
KTEST_COMMANDS += 'audio riscv32=timeout 60 sh build/$(PLATFORM)-debug$(VARIANT)/audio_bench/run.sh </dev/null'
endif
