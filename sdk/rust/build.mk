# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Applications in Rust: RUST_APPS += name makes a bundle rust-<name>.app of apps/rust/<name>/main.rs. Debian's rustc has no library for
# the target; its `core` is compiled from Debian's rust-src, once for each word size.

RUSTC       := /usr/bin/rustc
RUST_TARGET := $(ARCH)imac-unknown-none-elf
RUST_LIBS   := build/rust-$(ARCH)
RUST_SOURCE  = $(firstword $(wildcard /usr/src/rustc-*/library/core/src/lib.rs))
RUSTFLAGS   := --edition 2021 --target $(RUST_TARGET) -C opt-level=s -C panic=abort -C debuginfo=0 -C codegen-units=1 -L $(RUST_LIBS)
# Debian's compiler is a stable one; building `core` takes what is reserved for that purpose.
RUST_CORE   := RUSTC_BOOTSTRAP=1 $(RUSTC) $(RUSTFLAGS) --crate-type rlib --cap-lints allow

$(RUST_LIBS)/libcore.rlib:
	@mkdir -p $(@D)
	@echo "  RUSTC $@"
	$(Q)$(RUST_CORE) --crate-name core -Z force-unstable-if-unmarked $(RUST_SOURCE) -o $@
$(RUST_LIBS)/libcompiler_builtins.rlib: sdk/rust/compiler_builtins.rs $(RUST_LIBS)/libcore.rlib
	$(Q)$(RUST_CORE) --crate-name compiler_builtins $< -o $@
$(RUST_LIBS)/libkata_sdk.rlib: $(wildcard sdk/rust/src/*.rs) $(RUST_LIBS)/libcompiler_builtins.rlib
	@echo "  RUSTC $@"
	$(Q)$(RUSTC) $(RUSTFLAGS) -D warnings --crate-type rlib --crate-name kata_sdk sdk/rust/src/lib.rs -o $@

# The linker is that of the C applications; memcpy and its like come from the SDK's C library.
RUST_LINK = -C linker=$(firstword $(LINK)) -C linker-flavor=gcc $(foreach f,$(ARCH_FLAGS) -nostdlib -nostartfiles -static -Wl$(comma)--gc-sections \
    -Wl$(comma)--no-warn-rwx-segments -Wl$(comma)-z$(comma)max-page-size=4096 -Wl$(comma)--build-id=none -T sdk/app.ld $(OUT)/libsdk.a -lgcc,-C link-arg=$(f))
comma := ,
$(APP_DIR)/rust-%.elf: apps/rust/%/main.rs $(RUST_LIBS)/libkata_sdk.rlib $(OUT)/libsdk.a sdk/app.ld
	@mkdir -p $(@D)
	@echo "  RUSTC $@"
	$(Q)$(RUSTC) $(RUSTFLAGS) -D warnings -C lto=fat --extern kata_sdk=$(RUST_LIBS)/libkata_sdk.rlib --crate-name $* $< -o $@ $(RUST_LINK)

$(foreach a,$(RUST_APPS),$(eval rust-$a_MANIFEST := $(wildcard apps/rust/$a/manifest)))
.PHONY: rust-apps
rust-apps: $$(patsubst %,$(APP_DIR)/rust-%.app,$$(RUST_APPS))
