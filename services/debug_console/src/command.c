/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

#include <string.h>

#include <kernel/gen_config.h>
#include <shell_parse/shell_parse.h>

struct command {
    const char *name;
    const char *arguments;  /* for people */
    command_fn *run;
    uint8_t min, max;       /* number of arguments */
};

#ifdef CONFIG_DEBUG_BUILD
#define TEST_COMMAND(...) {__VA_ARGS__},
#else
#define TEST_COMMAND(...)
#endif

enum { ANY = MAX_WORDS };

/* Sorted by name: `help` prints it in this order. */
static const struct command commands[] = {
    {"?", "", cmd_help, 0, 0},
    TEST_COMMAND("add", "X Y", cmd_add, 2, 2)
    {"attest", "NONCE", cmd_attest, 1, 1},
    {"builtins", "", cmd_builtins, 0, 0},
    {"bundles", "", cmd_bundles, 0, 0},
    {"capscan", "[-k] console | mailbox | memory | mlcoord | process | sdk | security | supervisor | timer | uart | BUNDLE", cmd_capscan, 1, 2},
    {"clear", "", cmd_clear, 0, 0},
    {"dmesg", "", cmd_dmesg, 0, 0},
    {"echo", "[WORD...]", cmd_echo, 0, ANY},
    {"flash", "", cmd_flash, 0, 0},
    TEST_COMMAND("get_manifest", "BUNDLE", cmd_get_manifest, 1, 1)
    {"help", "", cmd_help, 0, 0},
    {"install", "[-z | FILE]", cmd_install, 0, 1},
    {"instret", "[COMMAND...]", cmd_instret, 0, ANY},
    {"keys", "BUNDLE", cmd_keys, 1, 1},
    {"kvdelete", "BUNDLE KEY", cmd_kvdelete, 2, 2},
    {"kvread", "BUNDLE KEY", cmd_kvread, 2, 2},
    {"kvwrite", "BUNDLE KEY WORD...", cmd_kvwrite, 3, ANY},
    TEST_COMMAND("load_application", "BUNDLE", cmd_load_application, 1, 1)
    TEST_COMMAND("load_model", "BUNDLE MODEL", cmd_load_model, 2, 2)
    {"loglevel", "[[COMPONENT] off | error | warn | info | debug | trace]", cmd_loglevel, 0, 2},
    {"mdebug", "", cmd_mdebug, 0, 0},
    {"mldebug", "", cmd_state_mlcoord, 0, 0},
    {"models", "", cmd_models, 0, 0},
    {"mstats", "", cmd_mstats, 0, 0},
    {"packages", "", cmd_packages, 0, 0},
    {"ps", "", cmd_ps, 0, 0},
    {"resume", "BUNDLE", cmd_resume, 1, 1},
    {"rz", "", cmd_rz, 0, 0},
    TEST_COMMAND("scecho", "WORD...", cmd_scecho, 1, ANY)
    {"services", "", cmd_services, 0, 0},
    {"shutdown", "[CODE]", cmd_shutdown, 0, 1},
    TEST_COMMAND("size_buffer", "BUNDLE", cmd_size_buffer, 1, 1)
    {"sleep", "MILLISECONDS", cmd_sleep, 1, 1},
    {"source", "[-q] [-e] FILE...", cmd_source, 1, ANY},
    {"start", "BUNDLE [ARGUMENT...]", cmd_start, 1, ANY},
    {"state_mlcoord", "", cmd_state_mlcoord, 0, 0},
    {"status", "[BUNDLE]", cmd_status, 0, 1},
    {"stop", "BUNDLE", cmd_stop, 1, 1},
    {"suspend", "BUNDLE", cmd_suspend, 1, 1},
    {"sz", "FILE | BUNDLE | log", cmd_sz, 1, 1},
    TEST_COMMAND("test_alloc", "", cmd_test_alloc, 0, 0)
    TEST_COMMAND("test_alloc_error", "", cmd_test_alloc_error, 0, 0)
    TEST_COMMAND("test_crash", "SERVICE", cmd_test_crash, 1, 1)
    TEST_COMMAND("test_kill", "SERVICE [AFTER_US]", cmd_test_kill, 1, 2)
    TEST_COMMAND("test_log", "LINES", cmd_test_log, 1, 1)
    TEST_COMMAND("test_mailbox", "", cmd_test_mailbox, 0, 0)
    TEST_COMMAND("test_malloc", "BYTES", cmd_test_malloc, 1, 1)
    TEST_COMMAND("test_mfree", "SLOT [PAGES]", cmd_test_mfree, 1, 2)
    TEST_COMMAND("test_mlcancel", "BUNDLE MODEL", cmd_test_mlcancel, 2, 2)
    TEST_COMMAND("test_mlcancels", "BUNDLE MODEL TIMES", cmd_test_mlcancels, 3, 3)
    TEST_COMMAND("test_mlexecute", "BUNDLE MODEL", cmd_test_mlexecute, 2, 2)
    TEST_COMMAND("test_mlinput", "BUNDLE MODEL BYTE", cmd_test_mlinput, 3, 3)
    TEST_COMMAND("test_mloutput", "BUNDLE MODEL", cmd_test_mloutput, 2, 2)
    TEST_COMMAND("test_mlperiodic", "BUNDLE MODEL MILLISECONDS", cmd_test_mlperiodic, 3, 3)
    TEST_COMMAND("test_mlpriority", "BUNDLE MODEL PRIORITY LIMIT_MS", cmd_test_mlpriority, 4, 4)
    TEST_COMMAND("test_mlsamples", "BUNDLE MODEL FILE", cmd_test_mlsamples, 3, 3)
    TEST_COMMAND("test_mltensors", "BUNDLE MODEL", cmd_test_mltensors, 2, 2)
    TEST_COMMAND("test_obj_alloc", "", cmd_test_obj_alloc, 0, 0)
    TEST_COMMAND("test_panic", "", cmd_test_panic, 0, 0)
    TEST_COMMAND("test_timer_async", "ID MILLISECONDS", cmd_test_timer_async, 2, 2)
    TEST_COMMAND("test_timer_blocking", "MILLISECONDS", cmd_test_timer_blocking, 1, 1)
    TEST_COMMAND("test_timer_completed", "", cmd_test_timer_completed, 0, 0)
    TEST_COMMAND("test_touch", "load | store ADDRESS", cmd_test_touch, 2, 2)
    TEST_COMMAND("test_uart", "", cmd_test_uart, 0, 0)
    {"top", "[ROUNDS]", cmd_top, 0, 1},
    {"uninstall", "BUNDLE", cmd_uninstall, 1, 1},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

enum result cmd_help(int argc, char *argv[])
{
    (void)argc, (void)argv;
    for (const struct command *c = commands; c < commands + COMMANDS; c++)
        console_printf(*c->arguments != '\0' ? "%s %s\n" : "%s\n", c->name, c->arguments);
    return DONE;
}

static const struct command *find(const char *name, size_t length)
{
    for (const struct command *c = commands; c < commands + COMMANDS; c++)
        if (strlen(c->name) == length && memcmp(c->name, name, length) == 0)
            return c;
    return NULL;
}

enum result failed(const char *what, const char *why)
{
    console_printf("%s failed: %s\n", what, why);
    return FAILED;
}

enum result run_command(int words, char *word[])
{
    const struct command *c = find(word[0], strlen(word[0]));
    int arguments = words - 1;
    enum result result = BAD_ARGUMENTS;

    if (c == NULL) {
        console_printf("unknown command: %s\n", word[0]);
        return UNKNOWN_COMMAND;
    }
    if (arguments >= c->min && arguments <= c->max)
        result = c->run(words, word);
    if (result == BAD_ARGUMENTS)
        console_printf("invalid arguments: %s\nusage: %s %s\n", c->name, c->name, c->arguments);
    return result;
}

enum result execute(char *line)
{
    static enum result last;
    char *words[MAX_WORDS];
    int n = shell_parse(line, words, MAX_WORDS, last);

    if (n == 0)
        return DONE;
    if (n < 0) {
        console_printf("%s\n", shell_parse_error_text(n));
        return last = BAD_ARGUMENTS;
    }
    return last = run_command(n, words);
}

void each_command(name_fn *visit, void *ctx)
{
    for (const struct command *c = commands; c < commands + COMMANDS; c++)
        visit(ctx, c->name);
}

const char *command_usage(const char *name, size_t length)
{
    const struct command *c = find(name, length);

    return c == NULL ? NULL : c->arguments;
}

bool parse_number(const char *text, uint32_t *value)
{
    unsigned long number;

    if (shell_parse_number(text, UINT32_MAX, &number) != 0)
        return false;
    *value = (uint32_t)number;
    return true;
}
