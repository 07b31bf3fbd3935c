/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The debug console: reads lines from the UART driver and executes them. A control component: it serves nobody.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD
#define BUILD_NAME "debug"
#else
#define BUILD_NAME "release"
#endif

static const char prompt[] = "KATA> ";

union scratch scratch;

int run(void)
{
    loglevel_init();
    console_puts("\nKataOS-C, " BUILD_NAME " build. Type ? for the list of commands.\n");
    instret_note_boot();
    script_run_if_present("autostart.repl");
    for (;;) {
        char *line = console_read_line(prompt);
        if (line != NULL)
            execute(line);
    }
}
