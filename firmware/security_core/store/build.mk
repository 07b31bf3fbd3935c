# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The security core's store, an archive for its firmware (rv32, -Os) and sources for tests on the host.

STORE_SRCS := $(addprefix firmware/security_core/store/,layout.c io.c block.c record.c index.c secret.c collect.c stream.c transaction.c \
              counter.c read.c open.c)
STORE_OBJS := $(STORE_SRCS:%=$(OUT)/%.o)
STORE_STRICT := -Wconversion -Wmissing-prototypes -Wpedantic

$(OUT)/firmware/security_core/store/%.o: firmware/security_core/store/% | $(GENERATED_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) $(STORE_STRICT) $(DEPFLAGS) -c $< -o $@
-include $(STORE_OBJS:.o=.d)
$(OUT)/libstore.a: $(STORE_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
