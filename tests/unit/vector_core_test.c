/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The vector core's control block as a device, and page tables from its windows (firmware/vector_core). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vc_top/link.h>

#include "device.h"
#include "windows.h"

#define TCM_BYTES 0x400000u
#define TCM_ADDRESS 0x80800000u
#define TABLES_ADDRESS 0x80580000u
enum { TABLES = 65 };

static volatile uint32_t page[VC_LINK_BYTES / 4];
static unsigned rings, begun, stopped;
static uint32_t begun_at, cleared_at, cleared_size;

void core_ring(void)
{
    rings++;
}

void core_clear(uint32_t offset, uint32_t size)
{
    assert_int_equal(vc_link_read(page, VC_INIT_STATUS), VC_INIT_PENDING);
    assert_true(offset % VC_PAGE == 0 && size % VC_PAGE == 0 && size <= TCM_BYTES && offset <= TCM_BYTES - size);
    cleared_at = offset;
    cleared_size = size;
}

void core_stopped(void)
{
    stopped++;
}

void core_begin(uint32_t pc)
{
    begun++;
    begun_at = pc;
}

static int fresh(void **state)
{
    (void)state;
    memset((void *)(uintptr_t)page, 0, sizeof page);
    device_start(page, TCM_BYTES, NULL);
    assert_false(vc_link_alive(page));              /* not before everything is as at reset */
    device_open(false);
    rings = begun = stopped = cleared_at = cleared_size = 0;
    return 0;
}

static void write(uint32_t offset, uint32_t value)
{
    assert_true(vc_link_write(page, offset, value));
    device_serve();
}

static uint32_t read(uint32_t offset)
{
    return vc_link_read(page, offset);
}

/* --- registers --- */

static void test_reset_values(void **state)
{
    (void)state;
    assert_int_equal(read(VC_CTRL), VC_FREEZE | VC_RESET);
    assert_int_equal(read(VC_INTR_STATE), 0);
    assert_int_equal(read(VC_INTR_ENABLE), 0);
    assert_int_equal(read(VC_MEMORY_BANK_CTRL), 0xfff);
    assert_int_equal(read(VC_INIT_STATUS), 0);
    assert_int_equal(read(VC_TCM_SIZE), TCM_BYTES);
    assert_false(device_runs());
}

static void test_ctrl(void **state)
{
    (void)state;
    write(VC_CTRL, VC_FREEZE | 0x1234);     /* begins, but does not run yet */
    assert_int_equal(begun, 1);
    assert_int_equal(begun_at, 0x1234);
    assert_false(device_runs());
    write(VC_CTRL, 0);
    assert_true(device_runs());
    write(VC_CTRL, 0);
    assert_int_equal(begun, 1);
    write(VC_CTRL, VC_FREEZE);
    assert_false(device_runs());
    assert_int_equal(rings, 0);
    assert_int_equal(stopped, 0);
    write(VC_CTRL, VC_RESET);
    write(VC_CTRL, VC_RESET | VC_FREEZE);   /* is none any more */
    assert_int_equal(stopped, 1);
    assert_int_equal(rings, 2);             /* it stands still: whoever has to know may be asleep */
    assert_false(device_runs());
    write(VC_CTRL, 0xfffffffcu);
    assert_int_equal(begun_at, VC_PC_START);
    assert_int_equal(read(VC_CTRL), VC_PC_START);
}

static void test_ends(void **state)
{
    (void)state;
    write(VC_INTR_ENABLE, VC_FINISH | VC_DATA_FAULT);
    write(VC_CTRL, 0);
    device_used(0x123456789aULL, 0xabcdef0123ULL);
    device_finish(42);
    assert_int_equal(read(VC_INTR_STATE), VC_FINISH);
    assert_int_equal(read(VC_CTRL), VC_FREEZE | VC_RESET);
    assert_int_equal(read(VC_RESULT), 42);
    assert_int_equal(read(VC_INSTRUCTIONS), 0x3456789a);
    assert_int_equal(read(VC_INSTRUCTIONS + 4), 0x12);
    assert_int_equal(read(VC_TICKS + 4), 0xab);
    assert_int_equal(rings, 1);
    write(VC_CTRL, 0);
    device_host_request();                  /* not enabled: pending, but nobody is rung */
    assert_int_equal(read(VC_INTR_STATE), VC_FINISH | VC_HOST_REQUEST);
    assert_int_equal(read(VC_CTRL), VC_FREEZE);
    assert_int_equal(rings, 2);             /* for the finish, which is still there */
}

static void test_faults(void **state)
{
    (void)state;
    write(VC_INTR_ENABLE, VC_INTERRUPTS);
    write(VC_WINDOWS + 4, 0xfff);
    write(VC_WINDOWS + 8, VC_READ | VC_EXECUTE);
    write(VC_CTRL, 0);
    device_fault(VC_DATA_FAULT, &(struct device_fault){ 15, 0x80000010, 0x80000ffc });
    assert_int_equal(read(VC_INTR_STATE), VC_DATA_FAULT);
    assert_int_equal(read(VC_CAUSE), 15);
    assert_int_equal(read(VC_PC), 0x80000010);
    assert_int_equal(read(VC_ADDRESS), 0x80000ffc);
    assert_int_equal(read(VC_ERROR_STATUS), 0);
    assert_int_equal(read(VC_CTRL), VC_FREEZE | VC_RESET);
    write(VC_CTRL, 0);
    device_fault(VC_DATA_FAULT, &(struct device_fault){ 13, 0x80000010, 0x80001000 });
    assert_int_equal(read(VC_ERROR_STATUS), VC_DATA_OUT_OF_RANGE);
    write(VC_CTRL, 0);
    assert_int_equal(read(VC_ERROR_STATUS), 0);
    device_fault(VC_INSTRUCTION_FAULT, &(struct device_fault){ 12, 0, 0 });
    assert_int_equal(read(VC_ERROR_STATUS), VC_TEXT_OUT_OF_RANGE);
    assert_int_equal(rings, 3);
}

static void test_interrupt_test(void **state)
{
    (void)state;
    write(VC_INTR_TEST, UINT32_MAX);
    assert_int_equal(read(VC_INTR_STATE), VC_INTERRUPTS);
    assert_int_equal(rings, 0);
    write(VC_INTR_ENABLE, VC_INSTRUCTION_FAULT);
    assert_int_equal(rings, 1);
}

static void test_clear(void **state)
{
    (void)state;
    write(VC_INIT_START, 0x1800);
    write(VC_INIT_END, 0x3001);
    assert_int_equal(cleared_size, 0);      /* not valid */
    write(VC_INIT_END, 0x3001 | VC_INIT_VALID);
    assert_int_equal(cleared_at, 0x1000);
    assert_int_equal(cleared_size, 0x3000);
    assert_int_equal(read(VC_INIT_STATUS), VC_INIT_DONE);
    write(VC_INIT_START, 0x3000);
    write(VC_INIT_END, 0x3000 | VC_INIT_VALID);
    assert_int_equal(cleared_at, 0x1000);   /* empty */
    write(VC_INIT_START, 0);
    write(VC_INIT_END, VC_INIT_ADDRESS | VC_INIT_VALID);
    assert_int_equal(cleared_size, TCM_BYTES);
}

static void test_time_limit(void **state)
{
    (void)state;
    assert_int_equal(device_time_limit_ms(), 10000);
    write(VC_TIME_LIMIT, 0);
    assert_int_equal(device_time_limit_ms(), 1);
    write(VC_TIME_LIMIT, UINT32_MAX);
    assert_int_equal(read(VC_TIME_LIMIT), 600000);
}

static void test_what_can_not_be_written(void **state)
{
    (void)state;
    static const uint32_t offsets[] = { VC_MEMORY_BANK_CTRL, VC_ERROR_STATUS, VC_INIT_STATUS, VC_CAUSE, VC_TCM_SIZE, VC_VLENB, 0x3fc, 0x80c, 0xfffffffc };
    for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        uint32_t before = offsets[i] < VC_LINK_BYTES ? read(offsets[i]) : 0;
        write(offsets[i], 0x5a5a5a5a);
        assert_int_equal(offsets[i] < VC_LINK_BYTES ? read(offsets[i]) : 0, before);
    }
}

/* --- windows --- */

static pte_t memory_of_tables[TABLES][PT_ENTRIES];
static struct windows_tables tables = { memory_of_tables, TABLES_ADDRESS, TABLES, 0 };
static const struct windows_memory memory = { TCM_ADDRESS, TCM_BYTES };
static struct device_window windows[VC_WINDOW_COUNT];

/* What a hart finds: the physical address and the rights, or 0. */
static uint64_t walk(uint32_t virtual, unsigned *rights)
{
    pte_t pte = tables.tables[0][virtual >> 22];
    if (!(pte & 1)) {
        return 0;
    }
    assert_int_equal(pte & 0x3ff, 1);       /* a link */
    uint64_t at = ((uint64_t)(pte >> 10) << 12) - TABLES_ADDRESS;
    assert_true(at % 4096 == 0 && at / 4096 < tables.used);
    pte = tables.tables[at / 4096][virtual >> 12 & 1023];
    if (!(pte & 1)) {
        return 0;
    }
    assert_int_equal(pte & 0xf1, 0xd1);     /* dirty, accessed, user; not global */
    *rights = pte >> 1 & 7;
    return ((uint64_t)(pte >> 10) << 12) + virtual % 4096;
}

static int no_windows(void **state)
{
    (void)state;
    memset(windows, 0, sizeof windows);
    memset(memory_of_tables, 0xff, sizeof memory_of_tables);
    return 0;
}

static void check_all(void)
{
    for (uint32_t page_number = 0; page_number < 1u << 20; page_number++) {
        uint32_t virtual = page_number << 12;
        uint32_t number = (virtual - VC_WINDOW_BASE) / VC_WINDOW_STRIDE, at = (virtual - VC_WINDOW_BASE) % VC_WINDOW_STRIDE;
        unsigned rights = 0;
        uint64_t found = walk(virtual, &rights);
        bool inside = virtual >= VC_WINDOW_BASE && number < VC_WINDOW_COUNT && windows[number].permissions && at <= windows[number].limit;
        if (inside) {
            assert_int_equal(found, TCM_ADDRESS + windows[number].offset + at);
            assert_int_equal(rights, windows[number].permissions);
        } else {
            assert_int_equal(found, 0);
        }
    }
}

/* Every page of the address space: what is in a window is there with its rights, and nothing else is. */
static void test_map(void **state)
{
    (void)state;
    srand(3);
    for (unsigned round = 0; round < 20; round++) {
        static const uint32_t rights[] = { 0, VC_READ, VC_READ | VC_WRITE, VC_READ | VC_EXECUTE, VC_EXECUTE };
        for (unsigned i = 0; i < VC_WINDOW_COUNT; i++) {
            uint32_t pages = 1 + (uint32_t)rand() % (TCM_BYTES / VC_PAGE), first = (uint32_t)rand() % (TCM_BYTES / VC_PAGE - pages + 1);
            windows[i] = (struct device_window){ first * VC_PAGE, pages * VC_PAGE - 1, rights[rand() % 5] };
        }
        assert_int_equal(windows_map(&tables, windows, &memory), -1);
        check_all();
    }
}

static void test_bad_windows(void **state)
{
    (void)state;
    static const struct device_window bad[] = {
        { 0x2004, 0xfff, VC_READ }, { 0x2000, 0xffb, VC_READ }, { 0x2000, UINT32_MAX, VC_READ }, { TCM_BYTES, 0xfff, VC_READ },
        { TCM_BYTES - 0x1000, 0x1fff, VC_READ }, { 0xfffff000, 0xfff, VC_READ }, { 0xfffff000, 0x1fff, VC_READ }, { 0, TCM_BYTES + 0xfff, VC_READ },
        { 0, 0xfff, VC_WRITE }, { 0, 0xfff, VC_WRITE | VC_EXECUTE },
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        windows[i] = bad[i];
        assert_int_equal(windows_map(&tables, windows, &memory), (int)i);
        windows[i].permissions = 0;
    }
    windows[5] = (struct device_window){ 0, TCM_BYTES - 1, VC_READ };
    struct windows_tables few = { memory_of_tables, TABLES_ADDRESS, 1, 0 };
    assert_int_equal(windows_map(&few, windows, &memory), 5);
}

static void test_text(void **state)
{
    (void)state;
    uint32_t offset = 0;
    windows[0] = (struct device_window){ 0x5000, 0x1fff, VC_READ | VC_EXECUTE };
    windows[1] = (struct device_window){ 0x9000, 0xfff, VC_READ };
    assert_true(windows_text(windows, 0x80001ffe, &offset));
    assert_int_equal(offset, 0x6ffe);
    assert_false(windows_text(windows, 0x80002000, &offset));
    assert_false(windows_text(windows, 0x81000000, &offset));
    assert_false(windows_text(windows, 0, &offset));
    assert_false(windows_text(windows, 0xffffffff, &offset));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reset_values, fresh),
        cmocka_unit_test_setup(test_ctrl, fresh),
        cmocka_unit_test_setup(test_ends, fresh),
        cmocka_unit_test_setup(test_faults, fresh),
        cmocka_unit_test_setup(test_interrupt_test, fresh),
        cmocka_unit_test_setup(test_clear, fresh),
        cmocka_unit_test_setup(test_time_limit, fresh),
        cmocka_unit_test_setup(test_what_can_not_be_written, fresh),
        cmocka_unit_test_setup(test_map, no_windows),
        cmocka_unit_test_setup(test_bad_windows, no_windows),
        cmocka_unit_test_setup(test_text, no_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
