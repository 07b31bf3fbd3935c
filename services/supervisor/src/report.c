/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "report.h"

enum { RING = 8 };

static struct {
    struct report reports[RING];
    uint8_t first, used;
    bool second_line;       /* the first line of the first report is told */
    uint32_t lost;
} ring;

void report_put(const struct report *report)
{
    if (ring.used == RING) {
        ring.lost++;
        return;
    }
    ring.reports[(ring.first + ring.used) % RING] = *report;
    ring.used++;
}

/* --- text: without the formatter of printf, which is larger than all the rest --- */

static char *put(char *at, const char *text)
{
    while (*text) {
        *at++ = *text++;
    }
    return at;
}

static char *put_number(char *at, uintptr_t n)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    while (count) {
        *at++ = digits[--count];
    }
    return at;
}

/* Eight digits, more if needed. */
static char *put_hex(char *at, uintptr_t n)
{
    unsigned digits = 8;
    while (digits < 2 * sizeof n && n >> (4 * digits)) {
        digits++;
    }
    at = put(at, "0x");
    while (digits--) {
        *at++ = "0123456789abcdef"[n >> (4 * digits) & 15];
    }
    return at;
}

/* Names of the exceptions by scause. */
static const char *const exceptions[] = {
    [0] = "misaligned jump", [1] = "instruction access fault", [2] = "illegal instruction", [3] = "panic", [4] = "misaligned load",
    [5] = "load access fault", [6] = "misaligned store", [7] = "store access fault", [12] = "instruction page fault",
    [13] = "load page fault", [15] = "store page fault",
};

static char *put_cause(char *at, const struct report *r)
{
    static const char *const others[] = { [REPORT_KILLED] = "killed", [REPORT_SYSCALL] = "unknown system call ", [REPORT_OTHER] = "fault " };
    if (r->cause == REPORT_EXCEPTION || r->cause == REPORT_MEMORY) {
        if (r->number < sizeof exceptions / sizeof *exceptions && exceptions[r->number]) {
            return put(at, exceptions[r->number]);
        }
        return put_number(put(at, "exception "), r->number);
    }
    at = put(at, others[r->cause]);
    return r->cause == REPORT_KILLED ? at : put_number(at, r->number);
}

/* "NAME: store page fault at pc 0x00010234, address 0x00000000; restarted (1)" */
static char *put_death(char *at, const struct report *r)
{
    at = put_hex(put(put_cause(at, r), " at pc "), r->registers[REPORT_PC]);
    if (r->cause == REPORT_MEMORY) {
        at = put_hex(put(at, ", address "), r->address);
    }
    if (r->refusal_s) {
        at = put_number(put(at, "; too many restarts, refuses calls for "), r->refusal_s);
        return put(at, " s");
    }
    at = put_number(put(at, "; restarted ("), r->restarts);
    return put(at, ")");
}

static char *put_registers(char *at, const struct report *r)
{
    static const char names[REPORT_REGISTERS - 1][5] = { "ra ", " sp ", " gp ", " s0 ", " s1 ", " a0 ", " a1 ", " a2 ", " a3 ", " a4 ", " a5 " };
    for (unsigned i = 0; i < REPORT_REGISTERS - 1; i++) {
        at = put_hex(put(at, names[i]), r->registers[i + 1]);
    }
    return at;
}

static void drop_first(void)
{
    ring.first = (uint8_t)((ring.first + 1) % RING);
    ring.used--;
    ring.second_line = false;
}

static char *put_first(char *at)
{
    const struct report *r = &ring.reports[ring.first];
    at = put(put(at, r->name), ": ");
    if (r->cause == REPORT_SERVES_AGAIN) {
        at = put(at, "serves again");
        drop_first();
    } else if (ring.second_line) {
        at = put_registers(at, r);
        drop_first();
    } else {
        at = put_death(at, r);
        ring.second_line = true;
    }
    return at;
}

bool report_line(char *text)
{
    char *at = put(text, "supervisor::");
    if (ring.used) {
        at = put_first(at);
    } else if (ring.lost) {
        at = put(put_number(at, ring.lost), " reports lost");
        ring.lost = 0;
    } else {
        return false;
    }
    *at = '\0';
    return true;
}
