/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Measuring in instructions. A value is the distance between two reads of instret placed directly around the event, minus
 * the distance of two adjacent reads: the trap itself plus everything in S and M mode until the first user instruction
 * behind it. Under -icount shift=0 the counter is exact and every run gives the same values.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../kernel/kit/kit.h"

#define SAMPLES 32u
#define LOWER (TEST_PRIORITY - 10)
#define HIGHER (TEST_PRIORITY + 10)

static inline __attribute__((always_inline)) word_t instret(void)
{
    word_t n;
    __asm__ volatile("csrr %0, instret" : "=r"(n)::"memory");
    return n;
}

/* Stamps around one system call. */
struct stamps {
    word_t before, after;
};

static inline __attribute__((always_inline)) struct stamps timed_syscall(long number, struct message *m, word_t a6)
{
    register word_t r0 __asm__("a0") = m->cap;
    register word_t r1 __asm__("a1") = m->info;
    register word_t r2 __asm__("a2") = m->mr[0];
    register word_t r3 __asm__("a3") = m->mr[1];
    register word_t r4 __asm__("a4") = m->mr[2];
    register word_t r5 __asm__("a5") = m->mr[3];
    register word_t r6 __asm__("a6") = a6;
    register word_t r7 __asm__("a7") = (word_t)number;
    struct stamps s;
    __asm__ volatile("csrr %0, instret\n\tecall\n\tcsrr %1, instret"
                     : "=&r"(s.before), "=&r"(s.after), "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5)
                     : "r"(r6), "r"(r7)
                     : "memory");
    *m = (struct message){r0, r1, {r2, r3, r4, r5}};
    return s;
}

/* One call with these arguments; keeps the stamps in `last` and returns the number of instructions. */
extern struct stamps last;
word_t timed(long number, word_t cap, word_t info, struct list mrs, word_t a6);
/* An invocation that must succeed, timed. Capabilities are put into the buffer first. */
word_t timed_invoke(word_t cap, word_t label, struct list caps, struct list mrs);

/* Collects values and prints "bench NAME median min max". */
void add(word_t value);
void report(const char *name);
/* Distance of two adjacent reads of the counter. */
extern word_t calibration;

/* The other side's stamps, written by it. */
extern volatile struct stamps peer;
extern volatile word_t peer_count;

/* A second address space with the program at the same place. */
extern word_t other_vspace;

void bench_syscalls(void);
void bench_ipc(void);
void bench_notifications(void);
void bench_faults(void);
void bench_objects(void);
void bench_memory(void);
void bench_interrupts(void);
void bench_latency(void);

#endif
