/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The CFI driver against a model of the chips' registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cfi_model.h"

static struct cfi_model m;
static struct flash_cfi cfi;
static struct flash *const flash = &cfi.flash;

static int begin(void **state)
{
    (void)state;
    cfi_model_init(&m);
    assert_int_equal(flash_cfi_open(&cfi, &m.bus, CFI_CHIPS * CFI_SIZE), FLASH_CFI_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (m.violation)
        fail_msg("%s", m.violation);
    for (unsigned i = 0; i < CFI_CHIPS; i++) { /* it can always be read afterwards */
        assert_int_equal(m.chips[i].mode, CFI_ARRAY);
        assert_int_equal(m.chips[i].status, 0);
        assert_int_equal(m.chips[i].pending, 0);
    }
    return 0;
}

static void test_geometry(void **state)
{
    (void)state;
    assert_int_equal(flash->block_size, 2 * CFI_BLOCK);
    assert_int_equal(flash->blocks, CFI_BLOCKS);
    assert_int_equal(flash->page_size, CFI_BUFFER);
    assert_int_equal(cfi.erase_limit, 16384 * 1000);
    assert_int_equal(cfi.program_limit, 100 * 1000);
}

static void test_other_chips(void **state)
{
    (void)state;
    static const struct {
        uint8_t index, value, chips; /* bit mask of the chips */
        int error;
    } others[] = {
        {0x10, 'X', 3, FLASH_CFI_ABSENT}, {0x12, 'X', 2, FLASH_CFI_ABSENT},
        {0x13, 2, 3, FLASH_CFI_UNSUPPORTED}, {0x13, 2, 1, FLASH_CFI_UNSUPPORTED}, /* they differ */
        {0x27, 17, 3, FLASH_CFI_UNSUPPORTED}, {0x27, 40, 3, FLASH_CFI_UNSUPPORTED}, {0x2a, 0, 3, FLASH_CFI_UNSUPPORTED}, {0x2c, 2, 3, FLASH_CFI_UNSUPPORTED},
        {0x2d, 3, 3, FLASH_CFI_UNSUPPORTED}, {0x2f, 0, 3, FLASH_CFI_UNSUPPORTED}, {0x2f, 7, 3, FLASH_CFI_UNSUPPORTED}, {0x21, 30, 3, FLASH_CFI_OK},
    };
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        cfi_model_init(&m);
        for (unsigned chip = 0; chip < CFI_CHIPS; chip++)
            if (others[i].chips >> chip & 1)
                m.table[chip][others[i].index] = others[i].value;
        assert_int_equal(flash_cfi_open(&cfi, &m.bus, CFI_CHIPS * CFI_SIZE), others[i].error);
    }
    cfi_model_init(&m);
    assert_int_equal(flash_cfi_open(&cfi, &m.bus, CFI_SIZE), FLASH_CFI_UNSUPPORTED); /* larger than its window */
}

/* A reset of the hart in the middle of an operation leaves the chips in some mode. */
static void test_open_again(void **state)
{
    (void)state;
    m.chips[0].mode = CFI_STATUS;
    m.chips[0].status = 0x30;
    m.chips[1].mode = CFI_QUERY;
    assert_int_equal(flash_cfi_open(&cfi, &m.bus, CFI_CHIPS * CFI_SIZE), FLASH_CFI_OK);
}

static void test_erase_program_read(void **state)
{
    (void)state;
    uint8_t data[CFI_BUFFER], seen[CFI_BUFFER + 8];
    for (uint32_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    assert_int_equal(flash->erase(flash->ctx, 3), 0);
    uint32_t base = 3 * flash->block_size;
    assert_int_equal(flash->read(flash->ctx, base - 4, seen, 8), 0);
    static const uint8_t edge[] = {0x5a, 0x5a, 0x5a, 0x5a, 0xff, 0xff, 0xff, 0xff};
    assert_memory_equal(seen, edge, 8);
    assert_int_equal(flash->program(flash->ctx, base + CFI_BUFFER, data, sizeof data), 0);
    assert_int_equal(flash->program(flash->ctx, base + 8, data, 4), 0);
    for (uint32_t offset = 0; offset < 8; offset++)
        for (uint32_t n = 0; n < 12; n++) {
            memset(seen, 0xaa, sizeof seen);
            assert_int_equal(flash->read(flash->ctx, base + CFI_BUFFER + offset, seen, n), 0);
            assert_memory_equal(seen, data + offset, n);
            assert_int_equal(seen[n], 0xaa);
        }
    assert_int_equal(flash->read(flash->ctx, base + CFI_BUFFER, seen, sizeof data), 0);
    assert_memory_equal(seen, data, sizeof data);
    data[0] = 0xf0; /* only clears bits */
    assert_int_equal(flash->program(flash->ctx, base + 8, data, 4), 0);
    assert_int_equal(flash->read(flash->ctx, base + 8, seen, 1), 0);
    assert_int_equal(seen[0], 0);
    assert_int_equal(m.operations, 4 * CFI_CHIPS);
}

static void test_range(void **state)
{
    (void)state;
    uint8_t data[CFI_BUFFER + 4] = {0};
    uint32_t size = CFI_CHIPS * CFI_SIZE;
    assert_int_equal(flash->read(flash->ctx, size, data, 0), 0);
    assert_int_equal(flash->read(flash->ctx, size - 3, data, 4), FLASH_CFI_RANGE);
    assert_int_equal(flash->read(flash->ctx, UINT32_MAX, data, 4), FLASH_CFI_RANGE);
    assert_int_equal(flash->read(flash->ctx, 4, data, SIZE_MAX), FLASH_CFI_RANGE);
    assert_int_equal(flash->program(flash->ctx, 2, data, 4), FLASH_CFI_RANGE);
    assert_int_equal(flash->program(flash->ctx, 0, data, 6), FLASH_CFI_RANGE);
    assert_int_equal(flash->program(flash->ctx, 0, data, 0), FLASH_CFI_RANGE);
    assert_int_equal(flash->program(flash->ctx, 0, data, sizeof data), FLASH_CFI_RANGE);
    assert_int_equal(flash->program(flash->ctx, CFI_BUFFER - 4, data, 8), FLASH_CFI_RANGE); /* across the buffer's alignment */
    assert_int_equal(flash->program(flash->ctx, size, data, 4), FLASH_CFI_RANGE);
    assert_int_equal(flash->erase(flash->ctx, CFI_BLOCKS), FLASH_CFI_RANGE);
    assert_int_equal(m.operations, 0);
}

/* Each error, of either chip; the next operation works again. */
static void test_errors(void **state)
{
    (void)state;
    static const struct {
        uint8_t status;
        int error;
    } errors[] = {{0x20, FLASH_CFI_ERASE}, {0x10, FLASH_CFI_PROGRAM}, {0x08, FLASH_CFI_VOLTAGE}, {0x18, FLASH_CFI_VOLTAGE},
                  {0x02, FLASH_CFI_LOCKED}, {0x22, FLASH_CFI_LOCKED}, {0x30, FLASH_CFI_ERASE}};
    uint8_t data[4] = {0};
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        for (unsigned chip = 0; chip < CFI_CHIPS; chip++) {
            m.chips[chip].next_errors = errors[i].status;
            assert_int_equal(flash->erase(flash->ctx, 1), errors[i].error);
            assert_int_equal(flash->program(flash->ctx, 64, data, 4), errors[i].error);
            m.chips[chip].next_errors = 0;
            assert_int_equal(flash->erase(flash->ctx, 1), 0);
            assert_int_equal(flash->program(flash->ctx, 64, data, 4), 0);
        }
    }
}

static void test_timeouts(void **state)
{
    (void)state;
    uint8_t data[4] = {0};
    for (unsigned chip = 0; chip < CFI_CHIPS; chip++) {
        m.chips[chip].busy_for = UINT32_MAX;
        uint32_t before = m.time;
        assert_int_equal(flash->erase(flash->ctx, 1), FLASH_CFI_TIMEOUT);
        assert_true(m.time - before >= cfi.erase_limit && m.time - before < cfi.erase_limit + 10000);
        before = m.time;
        assert_int_equal(flash->program(flash->ctx, 64, data, 4), FLASH_CFI_TIMEOUT);
        assert_true(m.time - before >= cfi.program_limit && m.time - before < cfi.program_limit + 10000);
        m.chips[chip].busy_for = 5;
        m.chips[chip].buffer_busy = true;
        m.chips[1 - chip].buffer_busy = true;
        assert_int_equal(flash->program(flash->ctx, 64, data, 4), FLASH_CFI_TIMEOUT);
        m.chips[chip].buffer_busy = m.chips[1 - chip].buffer_busy = false;
        assert_int_equal(flash->program(flash->ctx, 64, data, 4), 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_geometry), TEST(test_other_chips), TEST(test_open_again), TEST(test_erase_program_read),
        TEST(test_range), TEST(test_errors), TEST(test_timeouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
