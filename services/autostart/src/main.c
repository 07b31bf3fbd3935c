/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Runs autostart.repl of the archive once, line by line, as the console does; then only passes on what the supervisor has to
 * report. A new life of this component does not run the script again: what it started runs. */
#include "autostart.h"
#include "camkes.h"

#include <cpio/cpio.h>
#include <kata/log.h>
#include <shell_parse/shell_parse.h>
#include <string.h>

#define LINE_MAX 128u

/* The next line without its end, cut at LINE_MAX; false behind the last one. */
static bool next_line(struct cpio_entry *rest, char line[LINE_MAX + 1])
{
    uint32_t n = 0, length;

    if (rest->size == 0)
        return false;
    while (n < rest->size && rest->data[n] != '\n')
        n++;
    length = n < LINE_MAX ? n : LINE_MAX;
    memcpy(line, rest->data, length);
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    n += n < rest->size;
    rest->data += n;
    rest->size -= n;
    return true;
}

static void run_script(struct cpio_entry script)
{
    char line[LINE_MAX + 1], *words[MAX_WORDS];
    int result = DONE;

    while (next_line(&script, line)) {
        int n = shell_parse(line, words, MAX_WORDS, (unsigned)result);
        if (n != 0)
            result = n < 0 ? NOT_UNDERSTOOD : run_command(n, words);
        if (n != 0 && result != DONE)
            kata_log_text(LOG_ERROR, n > 0 ? words[0] : shell_parse_error_text(n));
    }
}

static void pass_on_reports(void)
{
    char line[LOG_LINE_SIZE];

    while (reports_next(line, sizeof line) == 0)
        kata_log_text(LOG_ERROR, line);
}

int run(void)
{
    struct cpio_entry script;

    if (!camkes_restarted() && cpio_find((const void *)(uintptr_t)cpio_archive, cpio_archive_SIZE, "autostart.repl", &script) == CPIO_ENTRY)
        run_script(script);
    (void)security_boot_ok();       /* SecurityCoordinator says what there is to be said; again in a new life: nothing changes then */
    for (;;) {
        pass_on_reports();
        reports_wait();
    }
}
