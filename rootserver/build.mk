# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# The root task. Its pages are the difference between boot peak and idle memory: keep it small.

ROOTSERVER_BASE := 0x10000
ROOTSERVER_SRCS := $(addprefix rootserver/src/,start.S main.c fail.c memory.c objects.c spaces.c threads.c handoff.c)
ROOTSERVER_OBJS := $(ROOTSERVER_SRCS:%=$(OUT)/%.o)

$(OUT)/rootserver/%.o: rootserver/% rootserver/build.mk mk/toolchain.mk | $$(GENERATED_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -DROOTSERVER_BASE=$(ROOTSERVER_BASE) $(DEPFLAGS) -c $< -o $@
-include $(ROOTSERVER_OBJS:.o=.d)

$(OUT)/rootserver.elf: $(ROOTSERVER_OBJS) $(OUT)/libkata.a rootserver/rootserver.ld
	@echo "  LD    $@"
	$(Q)$(LINK) $(USER_LDFLAGS) -Wl,--defsym=ROOTSERVER_BASE=$(ROOTSERVER_BASE) -T rootserver/rootserver.ld $(ROOTSERVER_OBJS) $(OUT)/libkata.a -lgcc -o $@
