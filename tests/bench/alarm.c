/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * An interrupt at an exact instruction. QEMU's real-time clock (Goldfish) counts nanoseconds of virtual time, and under -icount
 * shift=0 an instruction takes one: an alarm in n nanoseconds comes behind the next n instructions. A thread above all others
 * waits for it and reads the clock again: the difference is the number of instructions from the interrupt to its handler.
 */
#include "alarm.h"

#define RTC_PADDR ((word_t)0x101000)
#define RTC_VADDR (TEST_VADDR - 2 * PAGE_SIZE)
#define RTC_IRQ 11

enum rtc_register { RTC_TIME_LOW, RTC_TIME_HIGH, RTC_ALARM_LOW, RTC_ALARM_HIGH, RTC_IRQ_ENABLED, RTC_CLEAR_ALARM, RTC_STATUS,
                    RTC_CLEAR_INTERRUPT };
static volatile uint32_t *const rtc = (volatile uint32_t *)RTC_VADDR;

static word_t ntfn, handler;
static volatile uint32_t due_low;
static volatile uint32_t latency;
static volatile bool rang;

static void answer(word_t unused)
{
    (void)unused;
    struct message m = {ntfn, 0, {0}};
    for (;;) {
        m.cap = ntfn;
        syscall(SYS_WAIT, &m, 0, 0);
        latency = rtc[RTC_TIME_LOW] - due_low;
        rang = true;
        rtc[RTC_CLEAR_INTERRUPT] = 1;
        irq_ack(handler);
    }
}

void alarm_init(void)
{
    word_t frame = device_frame(RTC_PADDR, 12);
    EXPECT(frame != 0);
    EXPECT_OK(page_map(frame, ROOT_VSPACE, RTC_VADDR, RIGHT_READ | RIGHT_WRITE, 1));
    handler = slot_new();
    ntfn = notification_new();
    EXPECT_OK(irq_get(RTC_IRQ, handler));
    EXPECT_OK(irq_set_notification(handler, ntfn));
    rtc[RTC_IRQ_ENABLED] = 1;
    thread_start(thread_new(answer, 0, ALARM_PRIORITY));
}

void alarm_set(uint32_t instructions)
{
    rang = false;
    uint32_t low = rtc[RTC_TIME_LOW], high = rtc[RTC_TIME_HIGH]; /* reading the low half latches the high one */
    due_low = low + instructions;
    rtc[RTC_ALARM_HIGH] = high + (due_low < low);
    rtc[RTC_ALARM_LOW] = due_low;
}

word_t alarm_latency(void)
{
    while (!rang) { }
    return latency;
}
