/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include <kata/crc32.h>

static void known_values(void **state)
{
    (void)state;
    assert_int_equal(crc32_update(0, "", 0), 0);
    assert_int_equal(crc32_update(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(crc32_update(0, "a", 1), 0xe8b7be43);
    uint8_t zeros[32] = { 0 };
    assert_int_equal(crc32_update(0, zeros, sizeof zeros), 0x190a55ad);
}

static void in_pieces(void **state)
{
    (void)state;
    const char *text = "The quick brown fox jumps over the lazy dog";
    size_t n = strlen(text);
    for (size_t cut = 0; cut <= n; cut++) {
        assert_int_equal(crc32_update(crc32_update(0, text, cut), text + cut, n - cut), 0x414fa339);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(known_values), cmocka_unit_test(in_pieces) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
