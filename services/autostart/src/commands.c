/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "autostart.h"
#include "camkes.h"

#include <cpio/cpio.h>
#include <shell_parse/shell_parse.h>
#include <string.h>

enum { CHUNK = 2048, NAME_SIZE = 64, BUNDLE_NOT_FOUND = 3, TIMER = 0 };

static bool find(const char *name, struct cpio_entry *file)
{
    return cpio_find((const void *)(uintptr_t)cpio_archive, cpio_archive_SIZE, name, file) == CPIO_ENTRY;
}

/* "hello" and "hello.app" -> both, in the buffers; false when too long. */
static bool names(const char *name, char id[NAME_SIZE], char file[NAME_SIZE + 4])
{
    size_t n = strlen(name);

    if (n > 4 && strcmp(name + n - 4, ".app") == 0)
        n -= 4;
    if (n == 0 || n >= NAME_SIZE)
        return false;
    memcpy(id, name, n);
    id[n] = '\0';
    memcpy(file, id, n);
    memcpy(file + n, ".app", 5);
    return true;
}

static int transfer(uint32_t session, const struct cpio_entry *file)
{
    int error = 0;

    for (uint32_t at = 0; at < file->size && error == 0; at += CHUNK)
        error = pkg_mgmt_install_data(session, file->data + at, file->size - at < CHUNK ? file->size - at : CHUNK);
    return error;
}

static int install(const char *name)
{
    char id[NAME_SIZE], file_name[NAME_SIZE + 4];
    struct cpio_entry file;
    uint32_t session;

    if (!names(name, id, file_name) || !find(file_name, &file) || pkg_mgmt_install_begin(id, file.size, &session) != 0)
        return FAILED;
    if (transfer(session, &file) != 0) {
        (void)pkg_mgmt_install_abort(session);
        return FAILED;
    }
    return pkg_mgmt_install_end(session, id, sizeof id) == 0 ? DONE : FAILED;
}

/* As the console: a built-in bundle need not be installed first. The program's arguments are the words behind its name, which
 * lie one behind the other (shell_parse.h). */
static int start(int words, char *word[])
{
    const char *end = words > 2 ? word[words - 1] + strlen(word[words - 1]) + 1 : NULL;
    const uint8_t *args = (const uint8_t *)(words > 2 ? word[2] : word[0]);
    size_t n = words > 2 ? (size_t)(end - word[2]) : 0;
    int error = proc_ctrl_start(word[1], args, n);

    if (error == BUNDLE_NOT_FOUND && install(word[1]) == DONE)
        error = proc_ctrl_start(word[1], args, n);
    return error == 0 ? DONE : FAILED;
}

static int sleep_ms(uint32_t ms)
{
    if (timer_oneshot(TIMER, ms) != 0)
        return FAILED;
    do
        timer_wait();
    while ((timer_completed_timers() >> TIMER & 1) == 0);
    return DONE;
}

static int wait_for(const char *id, uint32_t expected)
{
    enum { RUNNING = 1, EXITED = 3, TRIES = 100, PAUSE_MS = 100 };
    uint32_t state = RUNNING, code = 0, ignore;

    for (int i = 0; i < TRIES && state == RUNNING; i++) {
        if (proc_ctrl_get_bundle_state(id, &state, &code, &ignore, &ignore, &ignore, &ignore) != 0 || sleep_ms(PAUSE_MS) != DONE)
            return FAILED;
    }
    return state == EXITED && code == expected ? DONE : FAILED;
}

/* SiFive test finisher: 0x5555 ends with success, code << 16 | 0x3333 with a code. */
static int shut_down(uint32_t code)
{
    enum { PASS = 0x5555, FAIL = 0x3333, POWER_OFF_MS = 1000 };

    *(volatile uint32_t *)power = code == 0 ? (uint32_t)PASS : code << 16 | FAIL;
    (void)sleep_ms(POWER_OFF_MS);
    return FAILED;
}

static int outcome(int error)
{
    return error == 0 ? DONE : FAILED;
}

int run_command(int words, char *word[])
{
    const char *command = word[0];
    unsigned long number = 0;
    bool has_number = words > 1 && shell_parse_number(word[words - 1], INT32_MAX, &number) == 0;

    if (strcmp(command, "shutdown") == 0 && (words == 1 || (words == 2 && has_number)))
        return shut_down((uint32_t)number);
    if (strcmp(command, "wait") == 0 && words == 3 && has_number)
        return wait_for(word[1], (uint32_t)number);
    if (strcmp(command, "start") == 0 && words >= 2)
        return start(words, word);
    if (words != 2)
        return NOT_UNDERSTOOD;
    if (strcmp(command, "sleep") == 0 && has_number)
        return sleep_ms((uint32_t)number);
    if (strcmp(command, "install") == 0)
        return install(word[1]);
    if (strcmp(command, "stop") == 0)
        return outcome(proc_ctrl_stop(word[1]));
    if (strcmp(command, "uninstall") == 0)
        return outcome(pkg_mgmt_uninstall(word[1]));
    return NOT_UNDERSTOOD;
}
