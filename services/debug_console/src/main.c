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

/* Taking over the machine's memory may cost MemoryManager more than one period's budget: the prompt comes behind what it has
 * to say about that. */
static void wait_for_memory(void)
{
    uint32_t ignore;

    (void)memory_stats(&ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore);
}

static void begin(void)
{
    loglevel_init();
    wait_for_memory();
    console_puts("\nKataOS-C, " BUILD_NAME " build. Type ? for the list of commands.\n");
    instret_note_boot();
    script_run_if_present("autostart.repl");
    (void)security_boot_ok();       /* SecurityCoordinator says what there is to be said */
}

/* A new life of the console has nothing of the old one's: it lets go of what that had, and comes back with a prompt. An upload that
 * was on its way is dropped when the next one begins. */
static void begin_again(void)
{
    (void)uart_set_raw(0);
    loglevel_init();
    (void)memory_retain(NULL, 0);
    for (uint32_t timer = 0; timer < 32; timer++)
        (void)timer_cancel(timer);
    console_puts("\n");
}

int run(void)
{
    if (camkes_restarted())
        begin_again();
    else
        begin();
    for (;;) {
        char *line = console_read_line(prompt);
        if (line != NULL)
            execute(line);
    }
}
