/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Scripts: files of the archive with one command per line. Their lines are shown, without a prompt, unless -q says
 * otherwise. An error does not end a script, except with -e; ^C does.
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <lineedit/lineedit.h>

enum { MAX_DEPTH = 4 };     /* of scripts that run scripts: each level holds a line on the stack */

struct options {
    bool quiet;             /* -q: lines are not shown */
    bool stop;              /* -e: the first error ends the script */
};

/* Takes the next line of a script, without its line end, into line. Returns false at the script's end. */
static bool next_line(struct cpio_entry *rest, char line[LINEEDIT_MAX + 1], bool *too_long)
{
    uint32_t n = 0;

    if (rest->size == 0)
        return false;
    while (n < rest->size && rest->data[n] != '\n')
        n++;
    uint32_t length = n > 0 && rest->data[n - 1] == '\r' ? n - 1 : n;
    *too_long = length > LINEEDIT_MAX;
    memcpy(line, rest->data, *too_long ? 0 : length);
    line[*too_long ? 0 : length] = '\0';
    n += n < rest->size;        /* the line end */
    rest->data += n;
    rest->size -= n;
    return true;
}

/* Bundles and other files that are no text begin with bytes that no script has. */
static bool is_text(const struct cpio_entry *file)
{
    enum { LOOK = 512 };
    uint32_t n = file->size < LOOK ? file->size : LOOK;

    for (uint32_t i = 0; i < n; i++)
        if (file->data[i] < ' ' && strchr("\t\r\n", file->data[i] != '\0' ? file->data[i] : 1) == NULL)
            return false;
    return true;
}

static enum result run_line(char *line, bool too_long, bool quiet)
{
    enum result result = FAILED;

    if (too_long) {
        console_puts("line too long\n");
    } else {
        if (!quiet)
            console_printf("%s\n", line);
        result = execute(line);
    }
    console_flush();
    return result;
}

static enum result run_lines(struct cpio_entry script, struct options options)
{
    struct cpio_entry rest = script;
    char line[LINEEDIT_MAX + 1];
    bool too_long;

    for (unsigned number = 1; next_line(&rest, line, &too_long); number++) {
        bool failed_line = run_line(line, too_long, options.quiet) != DONE;
        bool interrupted = console_interrupted();
        if (interrupted || (failed_line && options.stop)) {
            console_printf("%s:%u: %s\n", script.name, number, interrupted ? "interrupted" : "stopped");
            return FAILED;
        }
    }
    return DONE;
}

static enum result run_script(const struct cpio_entry *script, struct options options)
{
    static unsigned depth;

    if (!is_text(script)) {
        console_printf("%s: not a script\n", script->name);
        return FAILED;
    }
    if (depth == MAX_DEPTH)
        return failed("source", "scripts are nested too deeply");
    depth++;
    enum result result = run_lines(*script, options);
    depth--;
    return result;
}

void script_run_if_present(const char *name)
{
    struct cpio_entry entry;

    if (archive_lookup(name, &entry))
        (void)run_script(&entry, (struct options){.quiet = true});
}

enum result cmd_source(int argc, char *argv[])
{
    struct options options = {false, false};
    enum result result = DONE;
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        options.quiet |= strcmp(argv[i], "-q") == 0;
        options.stop |= strcmp(argv[i], "-e") == 0;
        if (strcmp(argv[i], "-q") != 0 && strcmp(argv[i], "-e") != 0)
            return BAD_ARGUMENTS;
    }
    if (i == argc)
        return BAD_ARGUMENTS;
    for (; i < argc && (result == DONE || !options.stop); i++) {
        struct cpio_entry entry;
        if (!archive_find(argv[i], &entry) || run_script(&entry, options) != DONE)
            result = FAILED;
    }
    return result;
}
