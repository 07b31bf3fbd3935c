# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Native models: images that run on the vector core as they are. Those in tests/ are for the tests; NATIVE_MODELS += name and name_MODEL_SRCS
# make $(OUT)/apps/name.model, which the archive of built-ins has.

NATIVE_TESTS := add fail jump loop wild
NATIVE_MODELS += $(NATIVE_TESTS:%=ml%)
$(foreach m,$(NATIVE_TESTS),$(eval ml$(m)_MODEL_SRCS = models/native/tests/$(m).c))
MODEL_FILES += $(patsubst %,$(APP_DIR)/%.model,$(NATIVE_MODELS))

$(OUT)/model/%.o: % | $$(GENERATED_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) $(STRICT) -Imodels/native $(DEPFLAGS) -c $< -o $@
-include $(wildcard $(OUT)/model/*/*/*.d $(OUT)/model/*/*/*/*.d)

$(OUT)/model/%.elf: $$(patsubst $$(PERCENT),$(OUT)/model/$$(PERCENT).o,models/native/start.S $$($$*_MODEL_SRCS)) models/native/model.ld
	@mkdir -p $(@D)
	$(Q)$(LINK) $(USER_LDFLAGS) -T models/native/model.ld $(filter %.o,$^) -lgcc -o $@
PERCENT := %

$(APP_DIR)/%.model: $(OUT)/model/%.elf $$(PACKER) $$(SIGNING_KEY) $$(KEY_MARK)
	@mkdir -p $(@D)
	@echo "  PACK  $*.model"
	$(Q)$(PY) tools/packer/pack.py $< -o $@ --type springbok --sign $(SIGNING_KEY) $(if $(V),,-q)
