/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Arithmetic of page tables and capability spaces, for both word sizes; and mapping with missing page tables. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <model/model.h>

static const struct model_paging sv32 = { .levels = 2, .index_bits = 10 };
static const struct model_paging sv39 = { .levels = 3, .index_bits = 9 };

static void tables_of_sv32(void **state)
{
    (void)state;
    assert_int_equal(model_tables_needed(&sv32, MODEL_NOTHING, 0x10000, 0x10000), 0);
    assert_int_equal(model_tables_needed(&sv32, MODEL_NOTHING, 0x10000, 0x11000), 1);
    assert_int_equal(model_tables_needed(&sv32, MODEL_NOTHING, 0, 0x400000), 1);
    assert_int_equal(model_tables_needed(&sv32, MODEL_NOTHING, 0x3ff000, 0x401000), 2);
    assert_int_equal(model_tables_needed(&sv32, MODEL_NOTHING, 0, 0x80000000), 512);
}

static void tables_of_sv39(void **state)
{
    (void)state;
    assert_int_equal(model_tables_needed(&sv39, MODEL_NOTHING, 0x10000, 0x11000), 2);
    assert_int_equal(model_tables_needed(&sv39, MODEL_NOTHING, 0x1ff000, 0x201000), 3);
    assert_int_equal(model_tables_needed(&sv39, MODEL_NOTHING, 0x3ffff000, 0x40001000), 4);
    assert_int_equal(model_tables_needed(&sv39, MODEL_NOTHING, 0x2000, 0x1000), 0);
    assert_int_equal(model_tables_needed(&sv39, 0x40000fff, 0x40001000, 0x40002000), 0);
}

/* Sizes that Page_Map reports (sel4-abi 10.4) for each state of the tables. */
static void missing_tables(void **state)
{
    (void)state;
    assert_true(model_table_missing(22, 12));  /* rv32, no table */
    assert_false(model_table_missing(12, 12)); /* walk ended at the page */
    assert_true(model_table_missing(30, 12));  /* rv64, no table */
    assert_true(model_table_missing(21, 12));  /* rv64, one table */
    assert_true(model_table_missing(30, 21));
    assert_false(model_table_missing(12, 22)); /* a table is in the way of a large page */
}

static void rights(void **state)
{
    (void)state;
    assert_int_equal(model_map_rights(0), 0);
    assert_int_equal(model_map_rights(MODEL_READ), 2);
    assert_int_equal(model_map_rights(MODEL_READ | MODEL_EXECUTE), 2);
    assert_int_equal(model_map_rights(MODEL_READ | MODEL_WRITE), 3);
    assert_int_equal(model_map_rights(MODEL_WRITE), 3);
    assert_int_equal(model_map_attributes(MODEL_READ), seL4_RISCV_ExecuteNever);
    assert_int_equal(model_map_attributes(MODEL_READ | MODEL_EXECUTE), seL4_RISCV_Default_VMAttributes);
}

static void radix(void **state)
{
    (void)state;
    assert_int_equal(model_cnode_radix(0), 1);
    assert_int_equal(model_cnode_radix(2), 1);
    assert_int_equal(model_cnode_radix(3), 2);
    assert_int_equal(model_cnode_radix(256), 8);
    assert_int_equal(model_cnode_radix(257), 9);
    assert_int_equal(model_cnode_radix((seL4_Word)-1), sizeof(seL4_Word) * 8 - 1);
}

/* ---- mapping against a kernel that lacks `missing` tables ------------------------------------------------------ */

#define VSPACE 3
#define FRAME 9
#define FIRST_TABLE 50

static seL4_IPCBuffer buffer;
seL4_IPCBuffer *__sel4_ipc_buffer = &buffer;
static int missing, available, taken, mapped;
static bool occupied;

seL4_Error seL4_RISCV_Page_Map(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights, seL4_RISCV_VMAttributes attr)
{
    assert_true(frame == FRAME && vspace == VSPACE && vaddr == 0x10000);
    assert_true(rights.words[0] == 2 && attr == seL4_RISCV_Default_VMAttributes);
    if (missing) {
        static const seL4_Word bits_left[] = { 12, 21, 30 };
        buffer.msg[0] = 0;
        buffer.msg[1] = seL4_MissingCapability;
        buffer.msg[2] = bits_left[missing];
        return seL4_FailedLookup;
    }
    mapped += !occupied;
    return occupied ? seL4_DeleteFirst : seL4_NoError;
}

seL4_Error seL4_RISCV_PageTable_Map(seL4_CPtr table, seL4_CPtr vspace, seL4_Word vaddr, seL4_RISCV_VMAttributes attr)
{
    (void)attr;
    assert_true(table == FIRST_TABLE + (seL4_CPtr)taken - 1 && vspace == VSPACE && vaddr == 0x10000);
    missing--;
    return seL4_NoError;
}

seL4_Error seL4_RISCV_Page_Unmap(seL4_CPtr frame) { return frame == FRAME ? seL4_NoError : seL4_InvalidCapability; }
seL4_Error seL4_RISCV_ASIDPool_Assign(seL4_CPtr pool, seL4_CPtr vspace) { return pool && vspace ? seL4_NoError : seL4_InvalidCapability; }

static seL4_CPtr take_table(void *context)
{
    assert_ptr_equal(context, &available);
    return taken < available ? FIRST_TABLE + (seL4_CPtr)taken++ : 0;
}

static seL4_Error map(int missing_tables, int tables)
{
    static const struct model_tables source = { take_table, &available };
    missing = missing_tables;
    available = tables;
    taken = mapped = 0;
    return model_map_page(VSPACE, FRAME, 0x10000, MODEL_READ | MODEL_EXECUTE, tables < 0 ? NULL : &source);
}

static void missing_tables_are_taken(void **state)
{
    (void)state;
    for (int n = 0; n <= 2; n++) {
        assert_int_equal(map(n, 2), seL4_NoError);
        assert_int_equal(taken, n);
        assert_int_equal(mapped, 1);
    }
    assert_int_equal(map(2, 1), seL4_NotEnoughMemory);
    assert_int_equal(map(1, -1), seL4_FailedLookup);
    assert_int_equal(map(0, -1), seL4_NoError);
}

static void other_errors_take_no_table(void **state)
{
    (void)state;
    occupied = true;
    assert_int_equal(map(0, 2), seL4_DeleteFirst);
    assert_int_equal(taken, 0);
    occupied = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_sv32), cmocka_unit_test(tables_of_sv39), cmocka_unit_test(missing_tables),
        cmocka_unit_test(rights),         cmocka_unit_test(radix),          cmocka_unit_test(missing_tables_are_taken),
        cmocka_unit_test(other_errors_take_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
