/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The security core's requests: what each does and refuses, on a strict model of the flash. */
#include "requests_test.h"

#include <crypto.h>

#include "test_keys.h"

struct package demo, other;

void make_demo(struct package *package, uint32_t version, uint32_t bytes)
{
    package_make(package, &(struct package_spec){ .name = "demo", .version = version, .manifest = MANIFEST, .bytes = bytes, .seed = (uint8_t)version });
}

int begin(void **state)
{
    (void)state;
    machine_begin(4096, 48, 256);
    return 0;
}

int with_demo(void **state)
{
    (void)begin(state);
    make_demo(&demo, 5, 5000);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    return 0;
}

int end(void **state)
{
    (void)state;
    assert_null(chip.violation);
    machine_end();
    return 0;
}

/* The constants that the other tests rely on. */
static void test_keys_belong_together(void **state)
{
    static const uint8_t keys[][CRYPTO_PUBLIC_KEY] = { TEST_KEY_1, TEST_KEY_2, TEST_KEY_3 };
    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t private_key[CRYPTO_KEY] = {0}, public_key[CRYPTO_PUBLIC_KEY];
        private_key[CRYPTO_KEY - 1] = (uint8_t)(i + 1);
        assert_int_equal(crypto_public_key(private_key, public_key), CRYPTO_OK);
        assert_memory_equal(public_key, keys[i], sizeof public_key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys_belong_together) };
    return cmocka_run_group_tests(tests, NULL, NULL) + arguments_tests() + install_tests() + package_tests() + key_tests() + damage_tests();
}
