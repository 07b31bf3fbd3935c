/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * How full and how worn the flash is, and what was done to it.
 */
#include "console.h"

#include <string.h>

#include <mailbox/request.h>

/* The machine's security core may be older: what it does not tell is 0. */
enum result cmd_flash(int argc, char *argv[])
{
    struct core_store now = {0};
    size_t n = sizeof(scratch.bytes);
    int error = security_flash_state(scratch.bytes, &n);

    (void)argc;
    if (error != 0)
        return failed(argv[0], security_error(error));
    memcpy(&now, scratch.bytes, n < sizeof(now) ? n : sizeof(now));
    console_printf("%u objects, %u KiB in use, %u KiB free\n", (unsigned)now.objects, (unsigned)now.used_kib, (unsigned)now.free_kib);
    console_printf("%u blocks, %u bad, each erased %u to %u times\n", (unsigned)now.blocks, (unsigned)now.bad_blocks, (unsigned)now.erases_least,
                   (unsigned)now.erases_most);
    console_printf("since the start: %u programs of %u bytes, %u erasures\n", (unsigned)now.programs, (unsigned)now.programmed, (unsigned)now.erases);
    return DONE;
}
