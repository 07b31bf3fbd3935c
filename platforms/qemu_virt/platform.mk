# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# QEMU's `virt` machine: the generated addresses (PLAT_...) and the command that runs the built images on it.
#   RAM=<bytes>      RAM of hart 0; with BOOT=upstream of the whole machine (rebuilds what depends on it)
#   VLEN=<bits>      of hart 2's vector registers: 128 (default), 256, 512 or 1024
#   FLASH=<file>     the security core's flash, 32 MiB: what the system has stored. Made when it is not there
#   MICROPHONE=<file> with AUDIO=true, what the microphone hears: a WAV file, 16 kHz, 16 bits, one channel, at most 8 MiB. None: there is none
#   QEMU_EXTRA=...   further options, for instance -icount shift=0,sleep=off

ARCH ?= riscv32
PLATFORM_TOML := platforms/qemu_virt/$(if $(filter upstream,$(BOOT)),upstream,platform).toml

# Remembers the RAM size of the last build; a different one makes it newer, and so a new map.
RAM_MARK := $(GEN)/ram.txt
$(shell mkdir -p $(GEN) && { echo '$(RAM)' | cmp -s - $(RAM_MARK) || echo '$(RAM)' > $(RAM_MARK); })

PLATFORM_OUTPUTS := $(addprefix $(GEN)/,include/platform_gen.h platform.mk platform_gen.json platform_gen.yaml)
$(PLATFORM_OUTPUTS) &: tools/platgen.py $(PLATFORM_TOML) $(RAM_MARK)
	$(Q)$(PY) tools/platgen.py --platform $(PLATFORM_TOML) --arch $(ARCH) --out $(GEN) $(if $(RAM),--ram $(RAM))
	@touch $(PLATFORM_OUTPUTS)
GENERATED_HEADERS += $(GEN)/include/platform_gen.h
-include $(GEN)/platform.mk

QEMU := qemu-system-$(ARCH)

# The user image's place is decided by its build: user.mk says where (UI_START = 0x...).
ui_value = $(shell sed -n 's/^$(1) *:*= *//p' $(OUT)/user.mk)

# Images go straight to RAM: with -kernel QEMU would refuse the overlap with its device tree. cpu-num starts that hart there.
# Hart 1 starts at reset; harts 0 and 2 wait in the boot ROM for it to let them enter their images,
# which must be those of the boot manifest: who exchanges one signs again (tools/sign.py boot).
QEMU_IMAGES = -device loader,file=$(abspath $(OUT))/boot_rom.elf,cpu-num=0 \
    -device loader,addr=$(PLAT_BOOT_ROM_BASE),cpu-num=2 \
    -device loader,file=$(abspath $(OUT))/security_core.elf,cpu-num=1 \
    -device loader,file=$(abspath $(OUT))/monitor.elf \
    -device loader,file=$(abspath $(OUT))/kernel.elf \
    -device loader,file=$(abspath $(OUT))/user.img,addr=$(call ui_value,UI_START),force-raw=on \
    -device loader,file=$(abspath $(OUT))/vector_core.elf \
    -device loader,file=$(abspath $(OUT))/builtins.cpio,addr=$(PLAT_ARCHIVE_BASE),force-raw=on \
    -device loader,file=$(abspath $(OUT))/boot_manifest.bin,addr=$(PLAT_BOOT_MANIFEST_BASE),force-raw=on

# The serial line is this terminal, or with SERIAL=pty a pseudo terminal that QEMU names at its start. signal=off: Control-C reaches
# the guest.
SERIAL       ?= stdio
LINE_OF_stdio = stdio,id=console,signal=off
LINE_OF_pty   = pty,id=console

# -rtc clock=vm: the RTC follows the virtual clock, also under -icount. Vectors are for hart 2; QEMU gives them to all harts, and firmware
# and kernel of the others leave them off (mstatus.VS).
VLEN        ?= 128
QEMU_CPU_riscv32 = -cpu rv32,v=true,vlen=$(VLEN),elen=64,vext_spec=v1.0
QEMU_CPU_riscv64 = -cpu rv64,v=true,vlen=$(VLEN),elen=64,vext_spec=v1.0
# Behind all other memory, at a multiple of its size: what the microphone hears, 8 MiB (microphone.camkes), and 2 MiB where QEMU's device tree then is.
MACHINE_RAM_MIB = $(if $(filter true,$(AUDIO)),$(shell echo $$(($(PLAT_TOTAL_RAM_MIB) + 14))),$(PLAT_TOTAL_RAM_MIB))
MICROPHONE_BASE = 0x81000000
QEMU_MICROPHONE = $(if $(MICROPHONE),-device loader$(comma)file=$(abspath $(MICROPHONE))$(comma)addr=$(MICROPHONE_BASE)$(comma)force-raw=on)
comma := ,

QEMU_MACHINE = -M virt $(QEMU_CPU_$(ARCH)) -smp $(PLAT_HARTS) -m $(MACHINE_RAM_MIB)M -bios none -display none -monitor none -no-reboot \
    -rtc clock=vm -chardev $(LINE_OF_$(SERIAL)) -serial chardev:console

# Doorbells of the security core and of the vector core, two each (PCI slots as in platform.toml); random numbers for the security core.
QEMU_DEVICES = -device edu,addr=$(PLAT_DOORBELL_IN_SLOT) -device edu,addr=$(PLAT_DOORBELL_OUT_SLOT) \
    -device edu,addr=$(PLAT_VECTOR_BELL_IN_SLOT) -device edu,addr=$(PLAT_VECTOR_BELL_OUT_SLOT) \
    -global virtio-mmio.force-legacy=false -device virtio-rng-device

FLASH     ?= $(OUT)/flash.img
QEMU_FLASH = -drive if=pflash,unit=1,format=raw,file=$(abspath $(FLASH))
# Nobody's flash, and what is written is forgotten when QEMU ends: as it leaves the factory, with these images as recovery images, as each start
# would write them otherwise.
FACTORY   := $(OUT)/factory.img
comma := ,
ifneq ($(BOOT),upstream)
$(FACTORY): $(OUT)/boot_manifest.bin $$(FLASH_PUT) tools/flash_factory.py tools/flash_format.py
	@echo "  FLASH $@"
	$(Q)$(PY) tools/flash_factory.py $@.new $(FLASH_PUT) $(PLAT_BOOT_ROM_BASE) -- $(QEMU_IMAGES) && mv $@.new $@
endif
$(FLASH): | tools/flash_format.py
	@mkdir -p $(@D)
	$(Q)$(PY) tools/flash_format.py $@.new && mv $@.new $@

QEMU_FLAGS = $(QEMU_MACHINE) $(QEMU_DEVICES) $(QEMU_FLASH) $(QEMU_EXTRA) $(QEMU_IMAGES) $(QEMU_MICROPHONE)
QEMU_COMMAND = $(strip $(QEMU) $(QEMU_FLAGS))
SCRATCH_COMMAND = $(subst file=$(abspath $(FLASH)),file=$(abspath $(FACTORY))$(comma)snapshot=on,$(QEMU_COMMAND))
