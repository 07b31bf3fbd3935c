/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: the faults of all others, and its two interfaces (interfaces/supervisor.idl4). It calls nobody. */

#include "restart.h"
#include "supervisor.h"

#include "camkes.h"

#include <string.h>

_Static_assert(REPORT_LINE <= CAMKES_IPC_MAX_DATA, "a line fits into an answer");

static void tell(void)
{
    for (unsigned client = 0; client < reports_CLIENTS; client++) {
        reports_emit(client);
    }
}

/* --- faults --- */

static struct report report_of(seL4_Word label)
{
    switch (label) {
    case seL4_Fault_VMFault:
        return (struct report){ .cause = REPORT_MEMORY, .number = seL4_GetMR(seL4_VMFault_FSR), .address = seL4_GetMR(seL4_VMFault_Addr) };
    case seL4_Fault_UserException:
        return (struct report){ .cause = REPORT_EXCEPTION, .number = seL4_GetMR(seL4_UserException_Number) };
    case seL4_Fault_UnknownSyscall:
        return (struct report){ .cause = REPORT_SYSCALL, .number = seL4_GetMR(seL4_UnknownSyscall_Syscall) };
    case seL4_Fault_Timeout:
        return (struct report){ .cause = REPORT_KILLED };
    default:
        return (struct report){ .cause = REPORT_OTHER, .number = label };
    }
}

/* A life that only refused calls has ended as it should: what counts is that the service serves again. */
static void end_refusal(unsigned number)
{
    struct report report = { .cause = REPORT_SERVES_AGAIN };
    restart(number, &report);
}

bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    unsigned number = CAMKES_DYNAMIC_ID(badge);
    seL4_Word label = seL4_MessageInfo_get_label(info);
    if (label == seL4_Fault_Timeout && !lives[number].doomed) {
        lives[number].overruns += !lives[number].refusing;
        camkes_raw_reply(seL4_MessageInfo_new(0, 0, 0, 0)); /* it goes on in its next period */
        return true;
    }
    if (lives[number].refusing) {
        end_refusal(number);
    } else {
        struct report report = report_of(label);
        restart(number, &report);
    }
    tell();
    return true;    /* without an answer: the thread has been started, not resumed */
}

int reports_next(char *line, size_t line_cap)
{
    return line_cap >= REPORT_LINE && report_line(line) ? SUPERVISOR_SUCCESS : SUPERVISOR_NO_SUCH_SERVICE;
}

/* --- figures --- */

static uint64_t own_cpu_us;

static int describe_self(char *name, size_t name_cap, uint64_t *cpu_us)
{
    strlcpy(name, COMPONENT_NAME, name_cap);
    own_cpu_us += consumed(SELF_SC);
    *cpu_us = own_cpu_us;
    return SUPERVISOR_SUCCESS;
}

int supervisor_service(uint32_t index, char *name, size_t name_cap, uint32_t *state, uint32_t *restarts, uint32_t *overruns, uint32_t *priority,
                       uint64_t *cpu_us)
{
    *state = *restarts = *overruns = *priority = 0;
    if (index == SUPERVISED) {
        *priority = SELF_PRIORITY;
        return describe_self(name, name_cap, cpu_us);
    }
    if (index > SUPERVISED) {
        return SUPERVISOR_NO_SUCH_SERVICE;
    }
    struct life *life = &lives[index];
    strlcpy(name, camkes_supervised[index].name, name_cap);
    *state = life->refusing ? SUPERVISOR_REFUSING : SUPERVISOR_RUNNING;
    *restarts = life->restarts;
    *overruns = life->overruns;
    *priority = camkes_supervised[index].priority;
    life->cpu_us += consumed(camkes_supervised[index].caps + 1u);
    *cpu_us = life->cpu_us;
    return SUPERVISOR_SUCCESS;
}

/* --- tests --- */

#ifdef CONFIG_DEBUG_BUILD
static unsigned find(const char *name)
{
    unsigned number = 0;
    while (number < SUPERVISED && strcmp(camkes_supervised[number].name, name) != 0) {
        number++;
    }
    return number;
}

int supervisor_kill(const char *name, uint32_t after_us)
{
    unsigned number = find(name);
    if (number == SUPERVISED) {
        return SUPERVISOR_NO_SUCH_SERVICE;
    }
    if (after_us) {
        return doom(number, after_us) ? SUPERVISOR_SUCCESS : SUPERVISOR_BAD_ARGUMENT;
    }
    struct report report = { .cause = REPORT_KILLED };
    restart(number, &report);
    tell();
    return SUPERVISOR_SUCCESS;
}

int supervisor_crash(const char *name)
{
    unsigned number = find(name);
    if (number == SUPERVISED) {
        return SUPERVISOR_NO_SUCH_SERVICE;
    }
    crash(number);
    return SUPERVISOR_SUCCESS;
}
#else
int supervisor_kill(const char *name, uint32_t after_us)
{
    (void)name, (void)after_us;
    return SUPERVISOR_NOT_AVAILABLE;
}

int supervisor_crash(const char *name)
{
    (void)name;
    return SUPERVISOR_NOT_AVAILABLE;
}
#endif
