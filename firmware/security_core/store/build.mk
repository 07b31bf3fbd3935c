# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The security core's store: part of its firmware, and sources for tests on the host.

STORE_SRCS := $(addprefix firmware/security_core/store/,layout.c io.c block.c record.c index.c secret.c collect.c stream.c transaction.c \
              counter.c read.c open.c)
CORE_SRCS += $(STORE_SRCS)

# Puts objects into the file of a flash (tools/flash_factory.py).
FLASH_PUT := build/host/flash/put
$(FLASH_PUT): tools/packer/flash_put.c $(STORE_SRCS) common/crc32/src/crc32.c $(wildcard firmware/security_core/store/*.h)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 $(HOST_INC) -Ifirmware/security_core/store $(filter %.c,$^) -o $@
