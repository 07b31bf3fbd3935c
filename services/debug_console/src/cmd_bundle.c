/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Commands about bundles: what there is, what runs, how it ended.
 */
#include "console.h"

#include <stdio.h>
#include <string.h>

#include <cpio/cpio.h>
#include <sel4/sel4.h>

enum { BUNDLE_NOT_FOUND = 3 };
enum state { STOPPED, RUNNING, SUSPENDED, EXITED, FAULTED };

struct bundle_state {
    uint32_t state, code, cause, number, pc, address;
};

enum result cmd_builtins(int argc, char *argv[])
{
    struct cpio_reader reader;
    struct cpio_entry entry;
    enum cpio_status status;

    (void)argc, (void)argv;
    archive_open(&reader);
    while ((status = cpio_next(&reader, &entry)) == CPIO_ENTRY)
        if (cpio_is_file(&entry))
            console_printf("%s %u\n", entry.name, (unsigned)entry.size);
    if (status == CPIO_END)
        return DONE;
    console_puts("cpio error\n");
    return FAILED;
}

/* A list ends with BundleNotFound; with another error it was not all of it. */
static enum result list_end(const char *command, int error)
{
    return error == BUNDLE_NOT_FOUND ? DONE : failed(command, process_error(error));
}

/* What can be started: the files of the archive, and what was installed from elsewhere. */
enum result cmd_packages(int argc, char *argv[])
{
    enum result result = cmd_builtins(argc, argv);
    char id[NAME_SIZE];
    int error;

    for (uint32_t i = 0; (error = pkg_mgmt_get_package(i, id, sizeof(id))) == 0; i++) {
        uint32_t size = 0;
        if (!is_builtin(id) && security_size_buffer(id, &size) == 0)
            console_printf("%s %u\n", id, (unsigned)size);
    }
    return list_end(argv[0], error) == DONE ? result : FAILED;
}

enum result cmd_bundles(int argc, char *argv[])
{
    char id[NAME_SIZE];
    uint32_t i = 0;
    int error;

    (void)argc, (void)argv;
    while ((error = proc_ctrl_get_running_bundle(i++, id, sizeof(id))) == 0)
        console_printf("%s\n", id);
    return list_end("get_running_bundles", error);
}

/* These commands differ in two words. */
static enum result report(int error, const char *command, const char *id, const char *past)
{
    if (error != 0)
        return failed(command, process_error(error));
    console_printf("Bundle \"%s\" %s.\n", id, past);
    return DONE;
}

/* Installs a built-in bundle, silently. */
static int install_builtin(const struct cpio_entry *file)
{
    struct upload u = {0};
    char id[NAME_SIZE];

    if (!upload_file(&u, file) || !upload_end(&u, id))
        upload_abort(&u);
    return u.error;
}

/* The words behind the name as the program's arguments, each with its NUL. */
static bool pack_arguments(int argc, char *argv[], uint8_t *args, size_t room, size_t *n)
{
    *n = 0;
    for (int i = 2; i < argc; i++) {
        size_t length = strlen(argv[i]) + 1;
        if (length > room - *n)
            return false;
        memcpy(args + *n, argv[i], length);
        *n += length;
    }
    return true;
}

/* A built-in bundle need not be installed first (as in the original's later tree). */
enum result cmd_start(int argc, char *argv[])
{
    struct cpio_entry file;
    char name[NAME_SIZE + 4];
    uint8_t args[256];
    size_t n;

    if (!pack_arguments(argc, argv, args, sizeof(args), &n))
        return failed(argv[0], "the arguments are too long");
    int error = proc_ctrl_start(argv[1], args, n);
    snprintf(name, sizeof(name), "%s.app", argv[1]);
    if (error == BUNDLE_NOT_FOUND && archive_lookup(name, &file)) {
        error = install_builtin(&file);
        if (error == 0)
            error = proc_ctrl_start(argv[1], args, n);
    }
    return report(error, argv[0], argv[1], "started");
}

enum result cmd_stop(int argc, char *argv[])
{
    (void)argc;
    return report(proc_ctrl_stop(argv[1]), argv[0], argv[1], "stopped");
}

enum result cmd_suspend(int argc, char *argv[])
{
    (void)argc;
    return report(proc_ctrl_suspend(argv[1]), argv[0], argv[1], "suspended");
}

enum result cmd_resume(int argc, char *argv[])
{
    (void)argc;
    return report(proc_ctrl_resume(argv[1]), argv[0], argv[1], "resumed");
}

enum result cmd_uninstall(int argc, char *argv[])
{
    (void)argc;
    return report(pkg_mgmt_uninstall(argv[1]), argv[0], argv[1], "uninstalled");
}

/* RISC-V exception codes (privileged specification, table of mcause): what went wrong, and with which access. */
static const char *exception_name(uint32_t scause)
{
    static const char *const names[] = {
        "misaligned fetch", "fetch", "illegal instruction", "breakpoint", "misaligned load", "load", "misaligned store", "store",
        "environment call", "environment call", NULL, NULL, "fetch", "load", NULL, "store",
    };

    return scause < sizeof(names) / sizeof(names[0]) && names[scause] != NULL ? names[scause] : "exception";
}

static void print_cause(const struct bundle_state *s)
{
    switch (s->cause) {
    case seL4_Fault_CapFault:
        console_puts("CapFault");
        break;
    case seL4_Fault_UnknownSyscall:
        console_printf("UnknownSyscall %d", (int)s->number);
        break;
    case seL4_Fault_UserException:
        console_printf("UserException %s", exception_name(s->number));
        break;
    case seL4_Fault_Timeout:
        console_puts("Timeout");
        break;
    case seL4_Fault_VMFault:
        console_printf("VMFault %s", exception_name(s->number));
        break;
    default:
        console_printf("fault %u", (unsigned)s->cause);
        break;
    }
}

static const char *state_name(uint32_t state)
{
    static const char *const names[] = {"Stopped", "Running", "Suspended", "Exited", "Faulted"};

    return state <= FAULTED ? names[state] : "unknown state";
}

static void print_state(const char *id, const struct bundle_state *s)
{
    console_printf("%s: %s", id, state_name(s->state));
    if (s->state == EXITED)
        console_printf(" (code %d)", (int)s->code);
    if (s->state == FAULTED) {
        console_puts(" (cause ");
        print_cause(s);
        console_printf(", pc 0x%x, address 0x%x)", (unsigned)s->pc, (unsigned)s->address);
    }
    console_puts("\n");
}

static enum result status_of(const char *id)
{
    struct bundle_state s;
    int error = proc_ctrl_get_bundle_state(id, &s.state, &s.code, &s.cause, &s.number, &s.pc, &s.address);

    if (error != 0)
        return failed("status", process_error(error));
    print_state(id, &s);
    return DONE;
}

/* Of one bundle, or of all that are installed. */
enum result cmd_status(int argc, char *argv[])
{
    char id[NAME_SIZE];
    int error;

    if (argc > 1)
        return status_of(argv[1]);
    for (uint32_t i = 0; (error = pkg_mgmt_get_package(i, id, sizeof(id))) == 0; i++)
        status_of(id);
    return list_end(argv[0], error);
}

/* Installed, but never started or stopped again: nothing more is known. */
static int print_stopped(void)
{
    struct bundle_state s;
    char id[NAME_SIZE];
    int error;

    for (uint32_t i = 0; (error = pkg_mgmt_get_package(i, id, sizeof(id))) == 0; i++)
        if (proc_ctrl_get_bundle_state(id, &s.state, &s.code, &s.cause, &s.number, &s.pc, &s.address) == 0 && s.state == STOPPED)
            console_printf("%-20s %s\n", id, state_name(STOPPED));
    return error;
}

enum result cmd_ps(int argc, char *argv[])
{
    char id[NAME_SIZE];
    uint32_t state, priority, budget, period, memory;
    uint64_t cpu_us;
    int error;

    (void)argc;
    console_puts("APPLICATION          STATE     PRIORITY     BUDGET/PERIOD us       CPU us     MEMORY\n");
    for (uint32_t i = 0; (error = proc_ctrl_get_process(i, id, sizeof(id), &state, &priority, &budget, &period, &cpu_us, &memory)) == 0; i++)
        console_printf("%-20s %-9s %8u %10u/%-10u %12llu %10u\n", id, state_name(state), (unsigned)priority, (unsigned)budget,
                       (unsigned)period, (unsigned long long)cpu_us, (unsigned)memory);
    return list_end(argv[0], error == BUNDLE_NOT_FOUND ? print_stopped() : error);
}
