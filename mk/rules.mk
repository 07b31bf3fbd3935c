# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# What the variables of the build.mk files turn into.

# Headers that are generated before anything is compiled for the target.
GENERATED_HEADERS += $(GEN)/include/sel4/invocation_gen.h $(GEN)/include/kernel/gen_config.h

# common/ -> one archive, compiled once. Objects follow the files that their flags are in.
COMMON_OBJS := $(patsubst %,$(OUT)/user/%.o,$(COMMON_SRCS))
$(OUT)/user/%.c.o: %.c mk/toolchain.mk mk/rules.mk | $(GENERATED_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) $($*_CFLAGS) $(DEPFLAGS) -c $< -o $@
# Without debug information: the linker shortens the code, but not the extent that the assembler noted, and GDB took the beginning of
# main for the end of _start.
$(OUT)/user/%.S.o: %.S mk/toolchain.mk mk/rules.mk | $(GENERATED_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -g0 $(DEPFLAGS) -c $< -o $@
# The compiler must not turn memcpy's loop into a call of memcpy.
$(OUT)/user/common/libc/%.o: USER_CFLAGS += $(NO_IDIOM)
$(OUT)/libkata.a: $(COMMON_OBJS)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^
-include $(COMMON_OBJS:.o=.d)

# Host unit tests: <t>_TEST_SRCS, optional <t>_TEST_CFLAGS and <t>_TEST_LIBS
UNIT_BINS := $(patsubst %,$(OUT)/unit/%,$(sort $(UNIT_TESTS)))
$(OUT)/unit/%: $$($$*_TEST_SRCS) | $(GENERATED_HEADERS)
	@mkdir -p $(@D)
	@echo "  TEST  $*"
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $($*_TEST_CFLAGS) -MM -MP -MT $@ $(filter %.c,$($*_TEST_SRCS)) > $@.d
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $($*_TEST_CFLAGS) $(filter %.c,$($*_TEST_SRCS)) -o $@ -lcmocka $($*_TEST_LIBS)
# One compiler call for all sources keeps but the last one's dependencies: they are written before.
$(OUT)/unit/%.d: ;
-include $(UNIT_BINS:=.d)
