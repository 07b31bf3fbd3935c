# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# $(OUT)/executor.bin: what runs on the vector core when a model is data. It is part of MlCoordinator's image, and so of the signed boot image. And the
# models of our own as bundles: DATA_MODELS += name makes $(OUT)/apps/name.model of models/name.tflite.

# Programs for a kernel from elsewhere have no vector core, and their archive takes room in RAM.
ifndef SEL4_OUT_DIR
EXECUTOR_OBJS := $(patsubst %,$(OUT)/user/models/executor/%.o,start.S main.c)
$(EXECUTOR_OBJS): models/executor/build.mk
models/executor/main_CFLAGS := $(NN_STRICT)
-include $(EXECUTOR_OBJS:.o=.d)

EXECUTOR := $(OUT)/executor.bin
$(OUT)/executor.elf: $(EXECUTOR_OBJS) $(OUT)/libkata_nn.a $(OUT)/libkata.a models/executor/executor.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -T models/executor/executor.ld $(filter %.o %.a,$^) -lgcc -o $@
$(EXECUTOR): $(OUT)/executor.elf
	$(Q)$(OBJCOPY) -O binary $< $@

DATA_MODELS := digits keywords anomaly
MODEL_FILES += $(DATA_MODELS:%=$(APP_DIR)/%.model)
MODEL_COMPILER = tools/model.py $(wildcard tools/model/*.py) tools/sign.py
$(DATA_MODELS:%=$(APP_DIR)/%.model): $(APP_DIR)/%.model: models/%.tflite $$(wildcard models/$$*.labels.txt) $$(MODEL_COMPILER) $$(PACKER) $$(SIGNING_KEY) \
                                     $$(KEY_MARK)
	@mkdir -p $(@D)
	@echo "  MODEL $*.model"
	$(Q)$(PY) tools/model.py compile $< -o $@.new --name $* $(addprefix --labels ,$(wildcard models/$*.labels.txt)) $(if $(V),,>/dev/null)
	$(Q)$(PY) tools/sign.py sign $(SIGNING_KEY) $@.new --name $*
	$(Q)mv $@.new $@
endif
