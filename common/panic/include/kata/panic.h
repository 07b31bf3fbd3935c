/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The end of a component that found itself wrong: a log line, then a deliberate fault, so that whoever handles its
 * faults (or the kernel) sees where. Never spins. */
#ifndef KATA_PANIC_H
#define KATA_PANIC_H

/* Logs at error level and stops. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Stops without a word. */
_Noreturn void panic_stop(void);

/* Checked in every build; the text of the condition is kept out of the image. */
#define kata_assert(condition) \
    do { \
        if (!(condition)) { \
            panic("assertion failed, %s:%d", __func__, __LINE__); \
        } \
    } while (0)

#endif
