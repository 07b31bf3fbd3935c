/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: binds the timers to the clock, its alarm and the clients (interfaces/timer.idl4). */

#include "rtc.h"
#include "timer_service.h"
#include "timers.h"

#include "camkes.h"

static CAMKES_PERSISTENT struct {
    uint64_t clock;             /* when the service first started: now_ms counts from here */
    bool valid;
} start;
static uint64_t alarm_at;       /* deadline the alarm is set to */
static bool alarm_set;

_Static_assert(timer_CLIENTS <= TIMERS_CLIENTS, "every client of the assembly has its timers");

/* The alarm follows the first deadline, and is touched only when that has changed. */
static void update_alarm(void)
{
    uint64_t deadline;
    if (!timers_first(&deadline)) {
        if (alarm_set) {
            rtc_clear_alarm();
            alarm_set = false;
        }
    } else if (!alarm_set || deadline != alarm_at) {
        alarm_at = deadline;
        alarm_set = true;
        rtc_set_alarm(deadline);
    }
}

static void signal_clients(uint32_t clients)
{
    for (uint32_t client = 0; clients; client++, clients >>= 1) {
        if (clients & 1) {
            timer_emit(client);
        }
    }
}

void pre_init(void)
{
    rtc_init();
    if (!start.valid) {
        start.clock = rtc_now();
        camkes_in_order();
        start.valid = true;
    }
    (void)timers_recover();
    update_alarm();
    if (camkes_restarted()) {
        signal_clients((1u << timer_CLIENTS) - 1);  /* also those who could not set a timer in the meantime */
    }
}

void irq_handle(void)
{
    rtc_clear_interrupt();
    alarm_set = false;          /* it went off */
    signal_clients(timers_expire(rtc_now()));
    update_alarm();
    irq_acknowledge();
}

static int start_timer(uint32_t id, uint32_t duration_ms, bool periodic)
{
    int error = timers_start(camkes_sender(), id, duration_ms, periodic, rtc_now());
    update_alarm();
    return error;
}

int timer_oneshot(uint32_t timer_id, uint32_t duration_ms)
{
    return start_timer(timer_id, duration_ms, false);
}

int timer_periodic(uint32_t timer_id, uint32_t duration_ms)
{
    return start_timer(timer_id, duration_ms, true);
}

int timer_oneshot_at(uint32_t timer_id, uint64_t deadline_us)
{
    int error = timers_start_at(camkes_sender(), timer_id, start.clock + deadline_us * 1000);
    update_alarm();
    return error;
}

int timer_cancel(uint32_t timer_id)
{
    int error = timers_cancel(camkes_sender(), timer_id);
    update_alarm();
    return error;
}

uint32_t timer_completed_timers(void)
{
    return timers_take_completed(camkes_sender());
}

uint64_t timer_now_ms(void)
{
    return timers_ns_to_ms(rtc_now() - start.clock);
}

uint64_t timer_now_us(void)
{
    return timers_ns_to_us(rtc_now() - start.clock);
}

int timer_capscan(void)
{
    camkes_capscan();
    return TIMER_SUCCESS;
}
