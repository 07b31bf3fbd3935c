# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Applications: APPS += name and name_SRCS in a folder's build.mk make a bundle of it; all bundles, scripts and the
# table of capabilities (for capscan) make the archive of built-ins.

APP_DIR      := $(OUT)/apps
APP_SCRIPTS  := $(sort $(wildcard apps/scripts/*.repl))
PACKER       := tools/packer/pack.py tools/packer/bundle.py
app_objects   = $(patsubst %,$(OUT)/user/%.o,$($(1)_SRCS))

.PHONY: apps
apps: $$(patsubst %,$(APP_DIR)/%.app,$$(APPS))

$(APP_DIR)/%.elf: $$(call app_objects,$$*) $(OUT)/libsdk.a sdk/app.ld
	@mkdir -p $(@D)
	$(Q)$(LINK) $(APP_LDFLAGS) $(filter %.o,$^) $(OUT)/libsdk.a -lgcc -o $@

$(APP_DIR)/%.app: $(APP_DIR)/%.elf $(PACKER)
	@echo "  PACK  $*.app"
	$(Q)$(PY) tools/packer/pack.py $< -o $@ $(if $(V),,-q)

$(OUT)/builtins.cpio: $$(patsubst %,$(APP_DIR)/%.app,$$(sort $$(APPS))) $(APP_SCRIPTS) $(GEN)/authority.txt tools/packer/cpio.py
	@echo "  CPIO  $@"
	$(Q)$(PY) tools/packer/cpio.py -o $@ $(filter %.app %.repl %.txt,$^)

-include $(wildcard $(OUT)/user/apps/*/*/*.d)
