/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Scripts: files of the archive with one command per line. Their lines are shown, without a prompt, unless -q says
 * otherwise. An error does not end a script.
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <lineedit/lineedit.h>

enum { MAX_DEPTH = 4 };     /* of scripts that run scripts: each level holds a line on the stack */

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

static void run_line(char *line, bool too_long, bool quiet)
{
    if (too_long) {
        console_puts("line too long\n");
        return;
    }
    if (!quiet)
        console_printf("%s\n", line);
    execute(line);
    console_flush();
}

static enum result run_script(struct cpio_entry script, bool quiet)
{
    static unsigned depth;
    char line[LINEEDIT_MAX + 1];
    bool too_long;

    if (depth == MAX_DEPTH)
        return failed("source", "scripts are nested too deeply");
    depth++;
    while (next_line(&script, line, &too_long))
        run_line(line, too_long, quiet);
    depth--;
    return DONE;
}

void script_run_if_present(const char *name)
{
    struct cpio_reader reader;
    struct cpio_entry entry;

    archive_open(&reader);
    while (cpio_next(&reader, &entry) == CPIO_ENTRY) {
        if (strcmp(entry.name, name) == 0) {
            run_script(entry, true);
            return;
        }
    }
}

enum result cmd_source(int argc, char *argv[])
{
    bool quiet = strcmp(argv[1], "-q") == 0;
    enum result result = DONE;

    if (quiet && argc == 2)
        return BAD_ARGUMENTS;
    for (int i = 1 + quiet; i < argc; i++) {
        struct cpio_entry entry;
        if (!archive_find(argv[i], &entry) || run_script(entry, quiet) != DONE)
            result = FAILED;
    }
    return result;
}
