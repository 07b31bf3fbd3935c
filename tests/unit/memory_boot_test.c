/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* MemoryManager takes over what the rootserver left, also when it dies while it does. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot.h"
#include "kit.h"

#include "camkes.h"
#include <capdl/handoff.h>
#include <kata/panic.h>

enum { TCB = 1, SC = 14, IPC_FRAME = 10, IMAGE = 20, IMAGE_END = 30, RECYCLABLE_END = 26, UNTYPED = 40, FREE_SLOTS = 60, FREE_SLOTS_END = 300 };

uint8_t fake_bootinfo[4096] __attribute__((aligned(16)));

_Noreturn void panic(const char *format, ...)
{
    fail_msg("panic: %s", format);
    abort();
}

static const uint32_t no_quotas[FAKE_CLIENTS];

/* Bits and used bytes of each untyped: whole, partly used, used up, too small, a device. */
static const struct {
    uint32_t bits, used;
    bool device;
} untyped[] = { { 16, 0, false }, { 18, 0x1210, false }, { 12, 4096, false }, { 6, 0, false }, { 20, 0, true }, { 13, 0x1000, false } };

static void machine(void)
{
    seL4_BootInfo *bi = (seL4_BootInfo *)fake_bootinfo;
    struct kata_handoff *h = (struct kata_handoff *)(fake_bootinfo + KATA_HANDOFF_OFFSET);
    fake_reset();
    memset(fake_bootinfo, 0, sizeof fake_bootinfo);
    bi->userImageFrames.start = RECYCLABLE_END;
    bi->userImageFrames.end = IMAGE_END;
    bi->untyped.start = UNTYPED;
    bi->untyped.end = UNTYPED + sizeof untyped / sizeof *untyped;
    *h = (struct kata_handoff){ .magic = KATA_HANDOFF_MAGIC, .version = KATA_HANDOFF_VERSION, .free_slots = { FREE_SLOTS, FREE_SLOTS_END },
                                .recyclable_frames = { IMAGE, RECYCLABLE_END }, .ipc_buffer_frame = IPC_FRAME, .dead_slots = { TCB, SC } };
    for (uint32_t i = 0; i < sizeof untyped / sizeof *untyped; i++) {
        bi->untypedList[i].sizeBits = (seL4_Uint8)untyped[i].bits;
        bi->untypedList[i].isDevice = untyped[i].device;
        h->untyped_used[i] = untyped[i].used;
        fake.cap[UNTYPED + i] = (struct fake_cap){ .present = true, .bits = (uint8_t)untyped[i].bits, .watermark = untyped[i].used };
        fake.cap[UNTYPED + i].children = untyped[i].used != 0;   /* what the system is made of */
    }
    for (uint32_t slot = IMAGE; slot < IMAGE_END; slot++) {
        fake.cap[slot] = (struct fake_cap){ .present = true, .mapped = true, .bits = 12 };
    }
    fake.cap[IPC_FRAME] = fake.cap[IMAGE];
    fake.cap[TCB] = fake.cap[SC] = (struct fake_cap){ .present = true, .bits = 9 };
}

static struct boot_memory memory;

static void live(void)
{
    boot_take_over(&memory);
    allocation_start(no_quotas, FAKE_CLIENTS);
}

enum {
    LOST = (0x1300 - 0x1210) + 0x1210 + 4096 + 64 + 0x1000,
    ALL = (1 << 16) + (1 << 18) + (1 << 12) + (1 << 6) + (1 << 13),
    FRAMES = RECYCLABLE_END - IMAGE + 1,
};

/* Everything that is free can be had, and all of it comes back. */
static void check_machine(void)
{
    uint32_t frames, rest, pages = 13 + FRAMES + ((1 << 18) - 0x2000) / 4096 + 4;
    assert_int_equal(memory.overhead, LOST);
    assert_int_equal(memory.user, LOST + (IMAGE_END - RECYCLABLE_END) * 4096);
    assert_int_equal(buddy_free_bytes(), ALL - LOST + FRAMES * 4096);
    assert_false(fake.cap[TCB].present || fake.cap[SC].present);
    for (uint32_t slot = 1; slot < FAKE_SLOTS; slot++) {
        assert_true(!fake.cap[slot].mapped || (slot >= RECYCLABLE_END && slot < IMAGE_END));
    }
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, pages, 1, &frames), MEMORY_SUCCESS);
    assert_int_equal(buddy_free_bytes(), 0xd00);                     /* pieces of less than a page */
    assert_int_equal(kit_create(0, seL4_EndpointObject, 0xd00 / 16, 200, &rest), MEMORY_SUCCESS);
    assert_int_equal(buddy_free_bytes(), 0);
    assert_int_equal(allocation_free(0, frames), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, rest), MEMORY_SUCCESS);
    assert_int_equal(buddy_free_bytes(), ALL - LOST + FRAMES * 4096);
}

static void test_take_over(void **state)
{
    (void)state;
    machine();
    live();
    check_machine();
    live();
    check_machine();
}

/* Dies at every point of its first life; every other time again in its second. */
static void test_death_while_it_takes_over(void **state)
{
    (void)state;
    static long point;
    for (point = 0;; point++) {
        machine();
        fake_death_after = point;
        if (SURVIVED(live())) {
            break;
        }
        fake_death_after = point % 2 ? point / 2 : -1;
        (void)SURVIVED(live());
        fake_death_after = -1;
        live();
        check_machine();
    }
    assert_true(point > 50);
    fake_death_after = -1;
    check_machine();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_over),
        cmocka_unit_test(test_death_while_it_takes_over),
    };
    return cmocka_run_group_tests_name("memory_boot", tests, NULL, NULL);
}
