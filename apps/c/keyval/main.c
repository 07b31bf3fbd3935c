/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A key's life: missing, written, read, deleted, deleted again; then the same with a value as large as it may be. With arguments:
 *   keep NUMBER     writes such values, made from the number, and leaves them there
 *   check NUMBER    finds them, and nothing else */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT = 100 };

static uint8_t value[SDK_VALUE_MAX], found[SDK_VALUE_MAX];

/* Keys that are kept, in their order, and the sizes of their values. */
static const struct { const char *key; size_t size; } kept[] = {
    { "empty", 0 }, { "large", SDK_VALUE_MAX }, { "page less one", SDK_VALUE_MAX - 1 }, { "part", SDK_PART_MAX }, { "short", SHORT },
};

static void show(size_t size)
{
    printf("keyval::read returned [");
    for (size_t i = 0; i < size; i++)
        printf(i == 0 ? "%d" : ", %d", value[i]);
    printf("]\n");
}

static int failed(const char *call, int error)
{
    printf("keyval::%s failed: %s\n", call, sdk_error_name(error));
    return 1;
}

static void make(unsigned number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        value[i] = (uint8_t)(number + i * 7 + (i >> 8));
}

static int write_and_read(const char *key, size_t size)
{
    size_t n = sizeof found;
    int error = sdk_write_key(key, value, size);
    if (error != SDK_SUCCESS)
        return failed("write of a large value", error);
    error = sdk_read_key(key, found, &n);
    if (error != SDK_SUCCESS)
        return failed("read of a large value", error);
    if (n != size || memcmp(found, value, n) != 0)
        return failed("comparison of a large value", SDK_SUCCESS);
    return 0;
}

static int large_values(void)
{
    for (size_t size = SDK_VALUE_MAX - 1; size <= SDK_VALUE_MAX; size++) {
        make((unsigned)size, size);
        if (write_and_read("large", size) != 0)
            return 1;
    }
    if (sdk_write_key("large", value, SDK_VALUE_MAX + 1) != SDK_SERIALIZE_FAILED)
        return failed("refusal of a value that is too large", SDK_SUCCESS);
    return sdk_delete_key("large");
}

static int keep(unsigned number)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        make(number, kept[i].size);
        int error = sdk_write_key(kept[i].key, value, kept[i].size);
        if (error != SDK_SUCCESS)
            return failed(kept[i].key, error);
    }
    puts("keyval::kept");
    return 0;
}

static int check(unsigned number)
{
    char key[SDK_KEY_MAX + 1] = "";
    size_t size, n;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        int error = sdk_next_key(key, &size);
        if (error != SDK_SUCCESS || strcmp(key, kept[i].key) != 0 || size != kept[i].size)
            return failed(kept[i].key, error);
        n = sizeof found;
        make(number, size);
        error = sdk_read_key(key, found, &n);
        if (error != SDK_SUCCESS || n != size || memcmp(found, value, n) != 0)
            return failed(key, error);
    }
    if (sdk_next_key(key, &size) != SDK_SUCCESS || key[0] != '\0')
        return failed("end of the keys", SDK_SUCCESS);
    puts("keyval::found");
    return 0;
}

static int life(void)
{
    size_t size = SHORT;
    int error = sdk_read_key("foo", value, &size);
    if (error == SDK_SUCCESS)
        return failed("read(foo) of a missing key", SDK_SUCCESS);
    puts("keyval::read(foo) failed as expected");

    memset(value, 0, sizeof value);
    memcpy(value, "123", 3);
    if ((error = sdk_write_key("foo", value, SHORT)) != SDK_SUCCESS)
        return failed("write", error);
    puts("keyval::write ok");

    memset(value, 0xff, sizeof value);
    size = SHORT;
    if ((error = sdk_read_key("foo", value, &size)) != SDK_SUCCESS)
        return failed("read", error);
    show(size);

    if ((error = large_values()) != 0)
        return error;
    puts("keyval::large values ok");

    if ((error = sdk_delete_key("foo")) != SDK_SUCCESS)
        return failed("delete", error);
    puts("keyval::delete ok");
    if ((error = sdk_delete_key("foo")) != SDK_SUCCESS)
        return failed("delete", error);
    puts("keyval::delete ok (for missing key)");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return life();
    return strcmp(argv[1], "keep") == 0 ? keep((unsigned)atoi(argv[2])) : check((unsigned)atoi(argv[2]));
}
