/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The machine under the host build of the kernel: time, interrupt lines, a few registers. All of it is data, so that it can be saved,
 * compared and put back. Included by the kernel's headers: no libc header here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How a kernel entry ends. */
enum host_exit {
    HOST_USER = 1, /* ks.current is to run */
    HOST_IDLE,     /* nobody can run, and nothing that is due will change that: the caller must bring an interrupt */
    HOST_HALTED,   /* arch_halt(), only if host_allow_halt was set; otherwise the process aborts */
};

struct host_machine {
    uint64_t time;           /* ticks */
    uint64_t timer;          /* compare value; UINT64_MAX: none */
    uint32_t time_step;      /* added to time by every reading of it */
    uint32_t poll_countdown; /* with the n-th look for pending interrupts from now, poll_irq is raised; 0: off */
    uint32_t poll_irq;       /* 0: the timer */
    uint32_t lines;          /* interrupt lines that are high */
    uint32_t enabled, claimed;
    unsigned long satp, stval;
    uint32_t tlb_flushes, fast_switches; /* counters */
    uint32_t naps;           /* times that this kernel entry has slept */
};
extern struct host_machine host;

unsigned long host_read_time(void);
unsigned long host_read_sip(void);
static inline unsigned long host_read_satp(void) { return host.satp; }
static inline unsigned long host_read_stval(void) { return host.stval; }
static inline void host_write_satp(unsigned long value) { host.satp = value; }

/* An interrupt would be taken now if user code ran. */
bool host_irq_pending(void);
/* Ends the kernel entry that is under way, from anywhere in the kernel. */
__attribute__((noreturn)) void host_leave(enum host_exit how);
/* The kernel halts the machine. */
__attribute__((noreturn)) void host_halt(void);
/* A character of the kernel's console. */
void host_console(char c);
