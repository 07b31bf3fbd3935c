/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Shows its arguments, one a line; exits with their number. */
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("args::[%d] %s\n", i, argv[i]);
    return argv[argc] == NULL ? argc : -1;
}
