/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A key's life: missing, written, read, deleted, deleted again. */
#include <sdk.h>
#include <stdio.h>
#include <string.h>

static uint8_t value[SDK_VALUE_MAX];

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

int main(void)
{
    size_t size = sizeof value;
    int error = sdk_read_key("foo", value, &size);
    if (error == SDK_SUCCESS)
        return failed("read(foo) of a missing key", SDK_SUCCESS);
    puts("keyval::read(foo) failed as expected");

    memset(value, 0, sizeof value);
    memcpy(value, "123", 3);
    if ((error = sdk_write_key("foo", value, sizeof value)) != SDK_SUCCESS)
        return failed("write", error);
    puts("keyval::write ok");

    memset(value, 0xff, sizeof value);
    size = sizeof value;
    if ((error = sdk_read_key("foo", value, &size)) != SDK_SUCCESS)
        return failed("read", error);
    show(size);

    if ((error = sdk_delete_key("foo")) != SDK_SUCCESS)
        return failed("delete", error);
    puts("keyval::delete ok");
    if ((error = sdk_delete_key("foo")) != SDK_SUCCESS)
        return failed("delete", error);
    puts("keyval::delete ok (for missing key)");
    return 0;
}
