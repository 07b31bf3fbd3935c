# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# From the assembly to the boot image: glue of every component, the components' ELFs, the image with rootserver and capDL
# specification. COMPONENTS and <name>_SRCS come from services/*/build.mk.

ASSEMBLY    ?= system/$(if $(filter headless,$(SYSTEM)),headless,system).camkes
# What it imports may name components, too.
#   ALLOW_UNSIGNED=true      the security core accepts unsigned packages, and says so at every start
#   AUDIO=true               a microphone and its driver (mk/boot.mk)
ALLOW_UNSIGNED ?= false
ifneq ($(filter-out true false,$(ALLOW_UNSIGNED)),)
$(error ALLOW_UNSIGNED=$(ALLOW_UNSIGNED): true or false)
endif
UNSIGNED       := $(patsubst true,system/unsigned.camkes,$(filter true,$(ALLOW_UNSIGNED)))
ALSO           := $(UNSIGNED) $(patsubst true,system/audio.camkes,$(filter true,$(AUDIO)))
ASSEMBLY_FILES := $(ASSEMBLY) system/services.camkes system/components.camkes $(POLLING:true=system/polled.camkes) $(LOCAL_CORE:true=system/local_core.camkes) $(ALSO)

# Remembers what is added; something else makes it newer, and so the assembly.
ALSO_MARK := $(GEN)/also.txt
$(shell mkdir -p $(GEN) && { echo '$(ALSO)' | cmp -s - $(ALSO_MARK) || echo '$(ALSO)' > $(ALSO_MARK); })
COMPOSER    := tools/composer/compose.py
COMPOSER_PY := $(wildcard tools/composer/*.py)
BUILTINS    ?= $(OUT)/builtins.cpio
# Where the kernel gives no vector core, a page stands for its memory.
TCM_SIZE    ?= $(or $(PLAT_TCM_SIZE),4096)
WORD_BITS   := $(if $(filter riscv64,$(ARCH)),64,32)
COMPOSE_ARGS = $(ASSEMBLY) -I platforms/$(PLATFORM) -I interfaces --size-of BUILTINS_SIZE=$(BUILTINS) -D TCM_SIZE=$(TCM_SIZE) --word-bits $(WORD_BITS) $(ALSO:%=--also %) $(COMPOSE_EXTRA)

# The services that this assembly has. services/ is included before system/ (mk/main.mk sorts): COMPONENTS is complete here.
ASSEMBLED := $(filter $(shell sed -n 's/^ *component  *[A-Za-z]*  *\([a-z_0-9]*\);.*/\1/p' $(ASSEMBLY_FILES)),$(COMPONENTS))

# Generated files keep their time when their content does not change; the stamp says when the composer last looked.
GLUE_STAMP := $(GEN)/glue.stamp
GLUE_FILES := $(foreach c,$(ASSEMBLED),$(addprefix $(GEN)/$c/,camkes.h camkes.c link.args))
$(GLUE_STAMP): $(ASSEMBLY_FILES) $(ALSO_MARK) $(wildcard platforms/$(PLATFORM)/*.camkes interfaces/*.idl4) $(COMPOSER_PY) $(BUILTINS)
	@mkdir -p $(@D)
	@echo "  GLUE  $(ASSEMBLY)"
	$(Q)$(PY) $(COMPOSER) glue $(COMPOSE_ARGS) --out $(GEN)
	@touch $@
$(GLUE_FILES): $(GLUE_STAMP) ;

# component_rules NAME: its sources see its own camkes.h only. <NAME>_LIBS: further archives. Objects follow the files that their flags are in.
define component_rules
$(1)_OBJS := $$(patsubst %,$(OUT)/components/$(1)/%.o,$$($(1)_SRCS)) $(OUT)/components/$(1)/camkes.c.o
$(OUT)/components/$(1)/camkes.c.o: $(GEN)/$(1)/camkes.c mk/toolchain.mk | $$$$(GENERATED_HEADERS)
	@mkdir -p $$(@D)
	$(Q)$(CC) $$(USER_CFLAGS) -I$(GEN)/$(1) $(DEPFLAGS) -c $$< -o $$@
$(OUT)/components/$(1)/%.o: % $(GEN)/$(1)/camkes.h services/$(1)/build.mk mk/toolchain.mk | $$$$(GENERATED_HEADERS)
	@mkdir -p $$(@D)
	$(Q)$(CC) $$(USER_CFLAGS) -I$(GEN)/$(1) -Iservices/$(1)/include -Iservices/$(1)/src $$($(1)_CFLAGS) $(DEPFLAGS) -c $$< -o $$@
$(OUT)/$(1).elf: $$($(1)_OBJS) $$($(1)_LIBS) $(OUT)/libkata.a $(GEN)/$(1)/link.args tools/composer/component.ld
	@echo "  LD    $$@"
	$(Q)$(LINK) $$(USER_LDFLAGS) @$(GEN)/$(1)/link.args -T tools/composer/component.ld $$($(1)_OBJS) $$($(1)_LIBS) $(OUT)/libkata.a -lgcc -o $$@
-include $$($(1)_OBJS:.o=.d)
endef
$(foreach c,$(ASSEMBLED),$(eval $(call component_rules,$c)))
COMPONENT_ELFS := $(ASSEMBLED:%=$(OUT)/%.elf)

IMAGE_OUTPUTS := $(addprefix $(OUT)/,user.img user.mk system.cdl capdl.bin composition.json)
COMPOSE_IMAGE ?= --kernel $(OUT)/kernel.elf
$(IMAGE_OUTPUTS) &: $(COMPONENT_ELFS) $(OUT)/rootserver.elf $(filter %.elf,$(COMPOSE_IMAGE)) $(GLUE_STAMP)
	@echo "  IMAGE $(OUT)/user.img"
	$(Q)$(PY) $(COMPOSER) image $(COMPOSE_ARGS) --elf-dir $(OUT) $(COMPOSE_IMAGE) --image $(OUT)/user.img --mk $(OUT)/user.mk \
	    --cdl $(OUT)/system.cdl --spec $(OUT)/capdl.bin --json $(OUT)/composition.json
	@touch $(IMAGE_OUTPUTS)

# Who holds which capability: a file of the archive, whose own size and content are therefore no part of it.
$(GEN)/authority.txt: $(ASSEMBLY_FILES) $(wildcard platforms/$(PLATFORM)/*.camkes interfaces/*.idl4) $(COMPOSER_PY)
	@mkdir -p $(@D)
	$(Q)$(PY) $(COMPOSER) graph $(filter-out --size-of BUILTINS_SIZE=% --content archive_hw.% mailbox_hw.% vector_hw.%,$(COMPOSE_ARGS)) -D BUILTINS_SIZE=4096 --without-sizes --authority $@

# The drawing for the documentation, and who holds which capability: without the archive's size, which every application changes.
docs/graph.svg docs/authority.txt &: $(GLUE_STAMP)
	$(Q)$(PY) $(COMPOSER) graph $(COMPOSE_ARGS) --without-sizes --svg docs/graph.svg --authority docs/authority.txt

ifdef SEL4_OUT_DIR
IMPORTED := $(GEN)/include/kernel/gen_config.h $(API_NUMBERS)
$(IMPORTED) &: $(SEL4_CONFIG) tools/sel4_config.py tools/apigen.py
	@mkdir -p $(GEN)/include/kernel
	$(Q)$(PY) tools/sel4_config.py $(SEL4_OUT_DIR) $< $(IMPORTED)
	@$(if $(POLLING),echo "  NOTE  left out: interrupts (devices are looked at every millisecond instead)")
	@touch $(IMPORTED)

# The boot image as the one segment of an ELF file.
USER_IMAGE := $(OUT)/user-image.elf
$(USER_IMAGE): $(OUT)/user.img system/user_image.ld
	@echo "  LD    $@"
	$(Q)$(GNU_LINK) $(USER_LDFLAGS) -Wl,--defsym=UI_VIRT=$(call ui_value,UI_VIRT) -Wl,-e,$(call ui_value,UI_ENTRY) -T system/user_image.ld \
	    -Wl,--oformat=elf$(WORD_BITS)-littleriscv -Wl,--format=binary $< -Wl,--format=default -o $@

.PHONY: user-image user-image-path
user-image: $(USER_IMAGE)
user-image-path:
	@echo $(abspath $(USER_IMAGE))
endif
