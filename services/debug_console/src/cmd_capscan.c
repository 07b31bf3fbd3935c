/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Who holds which capability. The composer's table of the assembly lies in the archive, so this needs neither a debug kernel
 * nor memory; what a component holds besides, in the slots it has for objects made at run time, MemoryManager's books tell
 * (mdebug). -k asks the kernel instead: every component looks at its own slots (debug builds).
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>
#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD
#define SCAN(function) , function
static int capscan_self(void)
{
    camkes_capscan();
    return 0;
}

#else
#define SCAN(function)
#endif

static const struct service {
    const char *name, *component;
#ifdef CONFIG_DEBUG_BUILD
    int (*scan)(void);
#endif
} services[] = {
    {"console", "debug_console" SCAN(capscan_self)},
    {"mailbox", "mailbox_driver" SCAN(mailbox_capscan)},
    {"memory", "memory_manager" SCAN(memory_capscan)},
    {"mlcoord", "ml_coordinator" SCAN(mlcoord_capscan)},
    {"process", "process_manager" SCAN(proc_ctrl_capscan)},
    {"sdk", "sdk_runtime" SCAN(sdk_manager_capscan)},
    {"security", "security_coordinator" SCAN(security_capscan)},
    {"supervisor", "supervisor" SCAN(NULL)},    /* it calls nobody, not even to log */
    {"timer", "timer_service" SCAN(timer_capscan)},
    {"uart", "uart_driver" SCAN(uart_capscan)},
};

static const struct service *find_service(const char *name)
{
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (strcmp(services[i].name, name) == 0 || strcmp(services[i].component, name) == 0)
            return &services[i];
    return NULL;
}

/* Prints the lines of the table whose first word is the component's name, without it. @return whether there were any. */
static bool print_lines(const struct cpio_entry *table, const char *component)
{
    const char *line = (const char *)table->data, *end = line + table->size;
    size_t length = strlen(component);
    bool any = false;

    while (line < end) {
        const char *next = line;
        while (next < end && *next++ != '\n')
            ;
        if ((size_t)(next - line) > length && line[length] == ' ' && memcmp(line, component, length) == 0) {
            const char *rest = line + length;
            while (rest < next - 1 && *rest == ' ')
                rest++;
            console_write(rest, (size_t)(next - rest));
            any = true;
        }
        line = next;
    }
    return any;
}

/* An application's CSpace is made by ProcessManager and holds one capability. */
static enum result scan_bundle(const char *id)
{
    enum { BUNDLE_NOT_RUNNING = 6, RUNNING = 1, SUSPENDED = 2 };
    uint32_t state, ignore;
    int error = proc_ctrl_get_bundle_state(id, &state, &ignore, &ignore, &ignore, &ignore, &ignore);

    if (error == 0 && state != RUNNING && state != SUSPENDED)
        error = BUNDLE_NOT_RUNNING;
    if (error != 0)
        return failed("capscan", process_error(error));
    console_puts("1  sdk_runtime_ep                 WP      its own     call SDKRuntime\n");
    return DONE;
}

static enum result scan_kernel(const struct service *service, const char *id)
{
#ifdef CONFIG_DEBUG_BUILD
    if (service != NULL)
        return service->scan != NULL && service->scan() == 0 ? DONE : failed("capscan", "CapScanFailed");
    int error = proc_ctrl_capscan_bundle(id);
    return error == 0 ? DONE : failed("capscan", process_error(error));
#else
    (void)service, (void)id;
    return failed("capscan", "this is no debug build");
#endif
}

enum result cmd_capscan(int argc, char *argv[])
{
    bool kernel = strcmp(argv[1], "-k") == 0;
    const char *name = argv[argc - 1];
    const struct service *service = find_service(name);
    struct cpio_entry table;

    if (argc != 2 + kernel)
        return BAD_ARGUMENTS;
    if (kernel)
        return scan_kernel(service, name);
    if (archive_lookup("authority.txt", &table) && print_lines(&table, service != NULL ? service->component : name))
        return DONE;
    return scan_bundle(name);
}
