/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Boot, untyped memory (sel4-abi.md 4.3, 4.4). */
#include "tests.h"

#include <lib.h>

#include "kernel/boot/boot.h"

void *kernel_memset(void *to, int value, size_t size);
void *kernel_memcpy(void *restrict to, const void *restrict from, size_t size);

static cap_t cap_at(word_t slot) { return host_slot(ks.current, slot)->cap; }

static void boot_info_describes_the_caps(void **state)
{
    const struct boot_info *boot = host_boot_info();
    (void)state;
    assert_int_equal(boot->init_thread_cnode_size_bits, CONFIG_ROOT_CNODE_SIZE_BITS);
    assert_int_equal(boot->empty.end, BIT(CONFIG_ROOT_CNODE_SIZE_BITS));
    for (word_t i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        cap_t cap = cap_at(boot->untyped.start + i);
        assert_int_equal(untyped_cap_base(cap), boot->untyped_list[i].paddr);
        assert_int_equal(untyped_cap_size_bits(cap), boot->untyped_list[i].size_bits);
        assert_int_equal(untyped_cap_device(cap), boot->untyped_list[i].is_device);
    }
    assert_true(cap_is_sched_control(cap_at(boot->sched_control.start)));
    assert_int_equal(ks.current->prio, seL4_MaxPrio);
    assert_int_equal(boot->extra_len, 5000 + 2 * sizeof(word_t));
    assert_int_equal(boot->extra_bi_pages.end - boot->extra_bi_pages.start, 2);
    const word_t *extra = arch_kernel_pointer(frame_cap_base(cap_at(boot->extra_bi_pages.start)));
    assert_int_equal(extra[0], BOOTINFO_HEADER_FDT);
    assert_int_equal(extra[1], boot->extra_len);
    assert_int_equal(extra[2] & 0xff, 0xd7);
}

static void every_type_can_be_made(void **state)
{
    static const word_t types[][2] = {{seL4_UntypedObject, 4}, {seL4_TCBObject, 0}, {seL4_EndpointObject, 0}, {seL4_NotificationObject, 0},
                                      {seL4_CapTableObject, 1}, {seL4_SchedContextObject, 7}, {seL4_ReplyObject, 0},
                                      {seL4_RISCV_4K_Page, 0}, {seL4_RISCV_PageTableObject, 0}};
    (void)state;
    for (word_t i = 0; i < sizeof types / sizeof *types; i++)
        assert_int_equal(retype(UNTYPED, types[i][0], types[i][1], FREE + i, 1), seL4_NoError);
    assert_int_equal(retype(boot_device_untyped(30), seL4_RISCV_Giga_Page, 0, FREE + 20, 1), seL4_NoError);
    assert_int_equal(retype(boot_untyped(21), seL4_RISCV_Mega_Page, 0, FREE + 21, 1), seL4_NoError);
    assert_int_equal(revoke_cap(UNTYPED), seL4_NoError);
    for (word_t i = 0; i < sizeof types / sizeof *types; i++)
        assert_true(is_empty(FREE + i));
}

static void errors_in_order(void **state)
{
    (void)state;
    assert_int_equal(call(UNTYPED, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(UNTYPED, UntypedRetype, NONE, WORDS(0, 0, 0, 0, 0, 0)), seL4_TruncatedMessage);
    assert_int_equal(retype(UNTYPED, seL4_ObjectTypeCount, 0, FREE, 1), seL4_InvalidArgument);
    assert_int_equal(mr(0), 0);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 64, FREE, 1), seL4_RangeError);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 39, FREE, 1), seL4_RangeError);
    assert_int_equal(mr(1), seL4_MaxUntypedBits);
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 0, FREE, 1), seL4_InvalidArgument);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 3, FREE, 1), seL4_InvalidArgument);
    assert_int_equal(retype(UNTYPED, seL4_SchedContextObject, 6, FREE, 1), seL4_InvalidArgument);
    assert_int_equal(call(UNTYPED, UntypedRetype, WORDS(seL4_CapInitThreadCNode), WORDS(2, 0, EP, DEPTH, 0, 1)), seL4_FailedLookup);
    assert_int_equal(call(UNTYPED, UntypedRetype, WORDS(seL4_CapInitThreadCNode), WORDS(2, 0, EP, 65, 0, 1)), seL4_RangeError);
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, 256, 1), seL4_RangeError);
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, FREE, 0), seL4_RangeError);
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, 255, 2), seL4_RangeError);
    assert_int_equal(mr(1), 1);
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, UNTYPED, 1), seL4_DeleteFirst);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 17, FREE, 1), seL4_NotEnoughMemory);
    assert_int_equal(mr(0), BIT(16));
    assert_int_equal(retype(boot_device_untyped(12), seL4_EndpointObject, 0, FREE, 1), seL4_InvalidArgument);
    assert_int_equal(mr(0), 1);
}

static void memory_is_used_again_and_zero(void **state)
{
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE, 2), 0);
    word_t paddr = frame_cap_base(cap_at(FREE + 1));
    kernel_memset(arch_kernel_pointer(paddr), 0xa5, 4096);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 16, FREE + 2, 1), seL4_NotEnoughMemory);
    delete_cap(FREE);
    delete_cap(FREE + 1);
    assert_int_equal(retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE, 2), 0);
    assert_int_equal(frame_cap_base(cap_at(FREE + 1)), paddr);
    for (word_t i = 0; i < 4096 / sizeof(word_t); i++)
        assert_int_equal(((word_t *)arch_kernel_pointer(paddr))[i], 0);
}

static void a_copy_takes_over(void **state)
{
    (void)state;
    assert_int_equal(copy_cap(FREE, UNTYPED, RIGHT_ALL), 0);
    assert_int_equal(copy_cap(FREE + 1, UNTYPED, RIGHT_ALL), seL4_RevokeFirst);
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, FREE + 1, 1), seL4_NotEnoughMemory);
    assert_int_equal(mr(0), 0);
    assert_int_equal(retype(FREE, seL4_EndpointObject, 0, FREE + 1, 1), 0);
    assert_int_equal(delete_cap(FREE), 0);
    assert_false(is_empty(FREE + 1));
    assert_int_equal(revoke_cap(UNTYPED), 0);
    assert_true(is_empty(FREE + 1));
}

static void a_reset_is_preemptible(void **state)
{
    word_t untyped = boot_untyped(18);
    (void)state;
    host.poll_countdown = 3;
    put_message(untyped, UntypedRetype, WORDS(seL4_CapInitThreadCNode), WORDS(seL4_EndpointObject, 0, 0, 0, FREE, 1));
    host_syscall(seL4_SysCall);
    assert_true(is_empty(FREE));
    assert_int_equal(ks.current->context.reg[REG_NEXT_PC], ks.current->context.reg[REG_PC]);
    word_t left = untyped_cap_free(cap_at(untyped));
    assert_true(left > 0 && left < BIT(18));
    host_ecall();
    assert_false(is_empty(FREE));
}

static void memory_helpers(void **state)
{
    unsigned char a[40], b[40];
    word_t words[48];
    (void)state;
    kernel_memset(a, 7, sizeof a);
    kernel_memcpy(b, a, sizeof a);
    kernel_memcpy(b + 1, a, 13);
    assert_memory_equal(a, b, sizeof a);
    for (word_t bytes = 16; bytes <= sizeof words; bytes += 16) {
        kernel_memset(words, 0xff, sizeof words);
        clear_memory(words, bytes);
        for (word_t i = 0; i < sizeof words / sizeof *words; i++)
            assert_int_equal(words[i], i < bytes / sizeof *words ? 0 : WORD_MAX);
    }
    for (word_t i = 0; i < WORD_BITS; i++)
        assert_int_equal(lowest_bit(WORD_MAX << i), i);
}

int untyped_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(boot_info_describes_the_caps), TEST(every_type_can_be_made), TEST(errors_in_order), TEST(memory_is_used_again_and_zero),
        TEST(a_copy_takes_over), TEST(a_reset_is_preemptible), TEST(memory_helpers),
    };
    return cmocka_run_group_tests_name("untyped", tests, NULL, NULL);
}
