/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test commands (debug builds): models.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

static enum result silent(int error, const char *command)
{
    return error == 0 ? DONE : failed(command, ml_error(error));
}

enum result cmd_test_mlcancel(int argc, char *argv[])
{
    int error = mlcoord_cancel(argv[1], argv[2]);

    (void)argc;
    if (error == 0)
        console_printf("Cancelled %s %s\n", argv[1], argv[2]);
    return silent(error, argv[0]);
}

enum result cmd_test_mlexecute(int argc, char *argv[])
{
    (void)argc;
    return silent(mlcoord_oneshot(argv[1], argv[2]), argv[0]);
}

enum result cmd_test_mlperiodic(int argc, char *argv[])
{
    uint32_t ms;

    (void)argc;
    if (!parse_number(argv[3], &ms))
        return BAD_ARGUMENTS;
    return silent(mlcoord_periodic(argv[1], argv[2], ms), argv[0]);
}

#endif
