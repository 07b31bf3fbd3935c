# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Applications: APPS += name and name_SRCS in a folder's build.mk make a bundle of it, with name_MANIFEST or, where it is there,
# the file `manifest` beside the first source; all bundles, scripts and the table of capabilities (for capscan) make the
# archive of built-ins.

APP_DIR      := $(OUT)/apps
APP_SCRIPTS  := $(sort $(wildcard apps/scripts/*.repl $(if $(filter headless,$(SYSTEM)),apps/scripts/headless/*.repl)))
PACKER        = tools/packer/pack.py $(SIGNER)
app_objects   = $(patsubst %,$(OUT)/user/%.o,$($(1)_SRCS))

app_manifest  = $(or $($(1)_MANIFEST),$(wildcard $(dir $(firstword $($(1)_SRCS)))manifest))

# Says what the target would say to a manifest.
MANIFEST_CHECK := $(OUT)/host/manifest-check
$(MANIFEST_CHECK): tools/packer/manifest_check.c common/manifest/src/manifest.c common/manifest/src/error.c \
                   common/manifest/include/manifest/manifest.h common/sdk_abi/include/kata/sdk_abi.h
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -Wall -Wextra -Werror -O1 -Icommon/manifest/include -Icommon/sdk_abi/include $(filter %.c,$^) -o $@

.PHONY: apps
apps: $$(patsubst %,$(APP_DIR)/%.app,$$(APPS))

# name_LD: a linker script other than the SDK's
app_script    = $(or $($(1)_LD),sdk/app.ld)

$(APP_DIR)/%.elf: $$(call app_objects,$$*) $(OUT)/libsdk.a $$(call app_script,$$*)
	@mkdir -p $(@D)
	$(Q)$(LINK) $(APP_LDFLAGS) -T $(call app_script,$*) $(filter %.o,$^) $(OUT)/libsdk.a -lgcc -o $@

$(APP_DIR)/%.app: $(APP_DIR)/%.elf $$(call app_manifest,$$*) $$(PACKER) $$(SIGNING_KEY) $$(KEY_MARK) $(MANIFEST_CHECK)
	@echo "  PACK  $*.app"
	$(Q)$(if $(call app_manifest,$*),$(MANIFEST_CHECK) $* $(call app_manifest,$*))
	$(Q)$(PY) tools/packer/pack.py $< -o $@ --sign $(SIGNING_KEY) $(addprefix --manifest ,$(call app_manifest,$*)) $(if $(V),,-q)

# The list is newer when an application came or went: what is gone leaves the archive, too.
.PHONY: look
$(OUT)/builtins.list: look
	@mkdir -p $(@D)
	@echo '$(sort $(APPS) $(MODEL_FILES)) $(APP_SCRIPTS)' | cmp -s - $@ || echo '$(sort $(APPS) $(MODEL_FILES)) $(APP_SCRIPTS)' > $@

$(OUT)/builtins.cpio: $$(patsubst %,$(APP_DIR)/%.app,$$(sort $$(APPS))) $$(sort $$(MODEL_FILES)) $(APP_SCRIPTS) $(GEN)/authority.txt tools/packer/cpio.py \
                      $(OUT)/builtins.list
	@echo "  CPIO  $@"
	$(Q)$(PY) tools/packer/cpio.py -o $@ $(filter %.app %.model %.repl %.txt,$^)

-include $(wildcard $(OUT)/user/apps/*/*/*.d)
