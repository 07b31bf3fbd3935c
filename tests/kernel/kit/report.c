/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * What happens when a check fails: one line, and the end of the running test.
 */
#include "internal.h"
#include <kernel/gen_config.h>

volatile unsigned kit_test_number;
volatile bool kit_test_failed;
const char *kit_running = "kit", *kit_pass = "";
bool kit_recoverable;

static void report_place(const char *file, int line, const char *what)
{
    put_string("FAIL ");
    put_string(kit_running);
    put_string(kit_pass);
    put_string(" ");
    put_string(file);
    put_string(":");
    put_decimal((word_t)line);
    put_string(" ");
    put_string(what);
}

static void end_failed_test(void)
{
    kit_test_failed = true;
    if (!kit_recoverable) power_off(1);
    if (self() == &root_thread) abandon_test();
    thread_stop();
}

void fail(const char *file, int line, const char *what, word_t got, word_t want)
{
    report_place(file, line, what);
    put_string(" (got ");
    put_hex(got);
    put_string(", expected ");
    put_hex(want);
    put_string(")\n");
    end_failed_test();
    __builtin_unreachable();
}

static void put_reply(word_t error, word_t length)
{
    put_string("error ");
    put_decimal(error);
    put_string(" [");
    for (unsigned i = 0; i < length && i < 8; i++) {
        if (i) put_string(" ");
        put_hex(got_mr(i));
    }
    put_string("]");
}

/* What the length of an error reply grows by where the kernel adds a text (3.2). */
static word_t text_words(void)
{
#ifdef CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC
    const char *text = (const char *)&self()->buffer->msg[6];
    word_t n = 0;
    while (text[n]) n++;
    return n / sizeof(word_t) + 1;
#else
    return 0;
#endif
}

void check_reply(const char *file, int line, const char *what, word_t error, word_t want, struct list mrs)
{
    word_t length = INFO_LENGTH(self()->out.info);
    bool same = error == want && self()->out.cap == 0;
    if (want != seL4_NoError) {
        same = same && length == mrs.n + text_words();
        for (unsigned i = 0; same && i < mrs.n; i++) same = got_mr(i) == mrs.at[i];
    }
    if (same) return;
    report_place(file, line, what);
    put_string(" (got ");
    put_reply(error, length);
    put_string(", expected error ");
    put_decimal(want);
    put_string(" [");
    for (unsigned i = 0; i < mrs.n; i++) {
        if (i) put_string(" ");
        put_hex(mrs.at[i]);
    }
    put_string("])\n");
    end_failed_test();
}

/* Runs on the watchdog's stack: the test thread is somewhere it should not be. It is torn loose from there and sent to
 * the end of its test. */
void kit_report_hang(void)
{
    tcb_read_registers(ROOT_TCB, 1, 32);
    word_t pc = got_mr(0), ra = got_mr(1);
    report_place("-", 0, "hangs (pc ");
    put_hex(pc);
    put_string(", ra ");
    put_hex(ra);
    put_string(")\n");
    kit_test_failed = true;
    if (!kit_recoverable) power_off(1);
    kit_threads_suspend();
    sc_unbind(ROOT_SC);
    sc_bind(ROOT_SC, ROOT_TCB);
    tcb_write_pc(ROOT_TCB, 1, (word_t)abandon_test);
}
