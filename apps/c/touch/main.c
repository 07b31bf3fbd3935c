/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* touch load|store HEX-ADDRESS: one access to memory that is not this application's, which it does not survive. */
#include <stdint.h>

static uintptr_t hexadecimal(const char *text)
{
    uintptr_t value = 0;
    for (; *text != '\0'; text++) {
        value = value * 16 + (uintptr_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
    }
    return value;
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        return 1;
    }
    volatile uint32_t *volatile target = (volatile uint32_t *)hexadecimal(argv[argc - 1]);
    if (argv[argc - 2][0] == 's') {
        *target = 0;
        return 2;
    }
    return (int)*target;
}
