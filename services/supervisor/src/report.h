/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the supervisor has to tell, until the owner of the log fetches it: a short ring of facts, which become lines of text only
 * then. When it is full the oldest stay, and further ones are counted. Pure logic.
 */

/* Registers that a report shows, in this order. */
enum report_register {
    REPORT_PC, REPORT_RA, REPORT_SP, REPORT_GP, REPORT_S0, REPORT_S1, REPORT_A0, REPORT_A1, REPORT_A2, REPORT_A3, REPORT_A4, REPORT_A5,
    REPORT_REGISTERS
};

enum report_cause {
    REPORT_KILLED,          /* by command */
    REPORT_EXCEPTION,       /* number: scause */
    REPORT_MEMORY,          /* number: scause; address */
    REPORT_SYSCALL,         /* number: of the unknown system call */
    REPORT_OTHER,           /* number: label of the fault */
    REPORT_SERVES_AGAIN,    /* no death: the end of a refusal */
};

struct report {
    const char *name;       /* of the service; stays */
    uint32_t restarts;      /* of the service, this one included */
    uint32_t refusal_s;     /* seconds in which it refuses calls; 0: it was started again at once */
    uint8_t cause;
    uintptr_t number;
    uintptr_t address;
    uintptr_t registers[REPORT_REGISTERS];
};

/* Keeps a report. */
void report_put(const struct report *report);

/* Writes the next line, NUL-terminated, into text of at least REPORT_LINE bytes. False: there is none. */
bool report_line(char *text);

enum { REPORT_LINE = 320 };  /* the longest line: twelve registers of 64 bits */
