/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * What the files of the console share: output and input, commands, error names.
 */
#ifndef DEBUG_CONSOLE_CONSOLE_H
#define DEBUG_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zmodem/sender.h>
#include <zmodem/zmodem.h>

#include "camkes.h"

enum {
    NAME_SIZE = 64,         /* a bundle id with its NUL */
    SLEEP_TIMER = 31,       /* the console's own timer; the test commands take theirs from below */
    MAX_WORDS = 20,         /* of a command line */
};

/* ---- io.c: text to and from the UART driver, which turns "\n" into a terminal's line end ------------------------- */

/** Appends to the output buffer, which goes out when it is full, by console_flush, and before input is awaited. */
void console_write(const char *bytes, size_t n);
void console_puts(const char *text);
void console_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_flush(void);

/**
 * Bytes from the UART, at least one.
 * @param timeout_ms  0: waits for ever.
 * @return their number, 0 after a time-out or when the driver failed. *bytes is valid until the next call.
 */
size_t console_read(const uint8_t **bytes, uint32_t timeout_ms);

/** Gives back the last n bytes of the last console_read: the next one returns them first. */
void console_unread(size_t n);

/** Whether ^C was typed since the last prompt; it is taken out of the input together with what was typed before it. Does not
 * wait. */
bool console_interrupted(void);

enum wait_end { WAIT_OVER, WAIT_INTERRUPTED, WAIT_KEY, WAIT_REFUSED };

/** Waits for ms (at most INT32_MAX) milliseconds, less when ^C is typed or, if any_key, something is there to be read. Where
 * TimerService refuses to serve nobody can wait: WAIT_REFUSED. */
enum wait_end console_wait(uint32_t ms, bool any_key);

/** Prompts and reads one line with editing and history. @return the line, or NULL when there is none to execute. */
char *console_read_line(const char *prompt);

/* ---- command.c ---------------------------------------------------------------------------------------------------- */

enum result {
    DONE,
    FAILED,                 /* the command has said why */
    BAD_ARGUMENTS,          /* the caller says so */
    UNKNOWN_COMMAND,
};

typedef enum result command_fn(int argc, char *argv[]);

/** Splits a line (in place), runs its command, reports what went wrong and remembers the result for `$?`. A line without a
 * command is DONE and leaves `$?` as it is. */
enum result execute(char *line);

/** Runs a command that is split into words already, and reports what went wrong. */
enum result run_command(int words, char *word[]);

/* Completion of the word before the cursor (complete.c). The kinds of names: */
typedef void name_fn(void *ctx, const char *name);

/** Calls visit with each command's name. */
void each_command(name_fn *visit, void *ctx);

/** The arguments of a command of this name as its usage shows them, or NULL. */
const char *command_usage(const char *name, size_t length);

struct lineedit;
void complete(struct lineedit *e, const char *prompt);

/** "<what> failed: <why>", newline. @return FAILED, to be returned by a command. */
enum result failed(const char *what, const char *why);

/** The result of a command whose waiting ended so; says why it did not wait to the end. */
enum result waited(const char *command, enum wait_end end);

command_fn cmd_help;
command_fn cmd_flash;                                                                              /* cmd_flash.c */
command_fn cmd_attest;                                                                             /* cmd_attest.c */
command_fn cmd_builtins, cmd_bundles, cmd_packages, cmd_ps, cmd_resume, cmd_start, cmd_stop, cmd_suspend, cmd_status, cmd_uninstall;              /* cmd_bundle.c */
command_fn cmd_install, cmd_rz;                                                                    /* cmd_install.c */
command_fn cmd_instret;                                                                            /* cmd_instret.c */
command_fn cmd_keys, cmd_kvdelete, cmd_kvread, cmd_kvwrite;                                                  /* cmd_key.c */
command_fn cmd_top;                                                                                /* cmd_top.c */
command_fn cmd_sz;                                                                                 /* cmd_sz.c */
command_fn cmd_source;                                                                             /* cmd_script.c */
command_fn cmd_capscan;                                                                            /* cmd_capscan.c */
command_fn cmd_dmesg, cmd_loglevel;                                                                /* cmd_log.c */
command_fn cmd_mdebug, cmd_models, cmd_mstats, cmd_state_mlcoord;                                              /* cmd_service.c */
command_fn cmd_services, cmd_test_crash, cmd_test_kill, cmd_test_touch;                                            /* cmd_supervisor.c */
command_fn cmd_add, cmd_clear, cmd_echo, cmd_shutdown, cmd_sleep;                                           /* cmd_shell.c */
command_fn cmd_test_alloc, cmd_test_alloc_error, cmd_test_malloc, cmd_test_mfree, cmd_test_obj_alloc, cmd_test_panic;    /* test_memory.c */
command_fn cmd_test_mlcancel, cmd_test_mlcancels, cmd_test_mlexecute, cmd_test_mlinput, cmd_test_mloutput, cmd_test_mlperiodic, cmd_test_mlpriority;     /* test_ml.c */
command_fn cmd_test_mlsamples, cmd_test_mltensors;                                                                                         /* test_ml.c */
command_fn cmd_get_manifest, cmd_load_application, cmd_load_model, cmd_scecho, cmd_size_buffer, cmd_test_mailbox;
command_fn cmd_test_timer_async, cmd_test_timer_blocking, cmd_test_timer_completed, cmd_test_uart, cmd_test_log; /* test_timer.c */

/** Decimal or 0x number up to 2^32 - 1. @return false when text is none. */
bool parse_number(const char *text, uint32_t *value);

/** Remembers the instruction counter for `instret`: the system has come up. */
void instret_note_boot(void);

/** Prints the figures of mstats. */
void print_memory_stats(void);

/** The initial log level, in the driver and here. */
void loglevel_init(void);

/** The next log lines that are kept, in the scratch memory; 0 at their end. *position: 0 at first. */
size_t saved_log(uint32_t *position);

/** Runs a script of the archive without echo if it exists (autostart). */
void script_run_if_present(const char *name);

/** Starts a timer of the console's, and waits for it. @return the timer service's error. */
int console_start_timer(uint32_t timer_id, uint32_t ms);
void console_await_timer(uint32_t timer_id);

/** Both: for waiting that nothing ends early. */
int console_sleep(uint32_t timer_id, uint32_t ms);

/** Takes the timers that have completed since it was last asked (bit n: timer n). */
uint32_t console_completed_timers(void);

/* ---- errors.c: the names of the interfaces' error numbers --------------------------------------------------------- */

const char *process_error(int error);   /* also 0x100 + BundleError: a sentence */
const char *security_error(int error);
const char *memory_error(int error);
const char *timer_error(int error);
const char *ml_error(int error);
const char *supervisor_error(int error);

/* ---- archive.c: the built-in files --------------------------------------------------------------------------------- */

struct cpio_entry;
struct cpio_reader;

void archive_open(struct cpio_reader *reader);

/** Finds a file by its name. @return false, without a message, when there is none. */
bool archive_lookup(const char *name, struct cpio_entry *entry);

/** Whether the archive has "<id>.app". */
bool is_builtin(const char *id);

/** Finds a file by its name, or by its name and ".app". @return false, after a message, when there is none. */
bool archive_find(const char *name, struct cpio_entry *entry);

/* ---- upload.c: bundle data on its way to the package manager -------------------------------------------------------- */

/* One installation. error != 0 from the first refusal on. */
struct upload {
    char id[NAME_SIZE];
    char model[NAME_SIZE];  /* "": it is an application */
    uint32_t announced;     /* size */
    uint32_t session;
    uint32_t size;          /* bytes passed on */
    uint32_t crc;           /* of these */
    int error;
    bool open;              /* there is a session to end or to abort */
    bool discard;           /* bytes are only counted */
};

/** Opens a session for a file name: path, ".app" and ".model" do not belong to the bundle's id. A model's own id is the same. */
bool upload_begin(struct upload *u, const char *file_name, uint32_t size);

bool upload_data(struct upload *u, const uint8_t *bytes, size_t n);

/** Both, for a file of the archive. */
bool upload_file(struct upload *u, const struct cpio_entry *file);

/** Forgets what was passed on: the file comes anew. */
bool upload_restart(struct upload *u);

/** Completes the installation; id receives the bundle's. */
bool upload_end(struct upload *u, char id[NAME_SIZE]);

/** The words for its error. */
const char *upload_error(const struct upload *u);

/** Gives up; nothing remains. */
void upload_abort(struct upload *u);

/* ---- transfer.c: the line while a file transfer owns it -------------------------------------------------------------- */

/** Says what to do now, and makes the line raw: log lines wait. */
void transfer_begin(const char *text);

/** For both directions: sends bytes at once. */
void transfer_send(void *ctx, const uint8_t *bytes, size_t n);

/** Gives the line back, on every way out of a transfer; failed: what the other side still sends must not be taken for commands. */
void transfer_end(bool failed);

/* ---- memory that only one command at a time needs ------------------------------------------------------------------ */

union scratch {
    struct zmodem zmodem;
    struct zmodem_sender sender;
    char text[ZM_SUBPACKET_MAX];
    uint8_t bytes[ZM_SUBPACKET_MAX];
};
extern union scratch scratch;

#endif
