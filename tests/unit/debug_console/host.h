/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Included in front of everything when the console is built for the host: stands in for the component runtime and the
 * seL4 headers, whose word size is the target's.
 */
#ifndef DEBUG_CONSOLE_HOST_H
#define DEBUG_CONSOLE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guards of <camkes/runtime.h>, <sel4/sel4.h>, <kata/log.h> and <kata/panic.h>. */
#define CAMKES_RUNTIME_H
#define SEL4_SEL4_H
#define KATA_LOG_H
#define KATA_PANIC_H

#define CAMKES_IPC_MAX_DATA 440u
#define CAMKES_PAGE_MAX_DATA 3584u

typedef uint32_t seL4_Word;

enum { seL4_Fault_CapFault = 1, seL4_Fault_UnknownSyscall, seL4_Fault_UserException, seL4_Fault_Timeout, seL4_Fault_VMFault };
enum {
    seL4_UntypedObject, seL4_TCBObject, seL4_EndpointObject, seL4_NotificationObject, seL4_CapTableObject, seL4_SchedContextObject,
    seL4_ReplyObject, seL4_RISCV_4K_Page, seL4_RISCV_PageTableObject,
};
enum { LOG_INFO = 3 };

seL4_Word camkes_wait(seL4_Word bits);
seL4_Word camkes_poll(seL4_Word bits);
void camkes_capscan(void);
bool camkes_server_restarted(void);
enum { seL4_NoError, seL4_WordBits = 32 };
int seL4_CNode_Move(seL4_Word root, seL4_Word index, uint8_t depth, seL4_Word source, seL4_Word source_index, uint8_t source_depth);
void seL4_DebugDumpScheduler(void);
void kata_log(uint8_t level, const char *format, ...);
#define log_info(...) kata_log(LOG_INFO, __VA_ARGS__)
_Noreturn void panic(const char *format, ...);
#define kata_assert(condition) do { if (!(condition)) panic("assertion"); } while (0)

#endif
