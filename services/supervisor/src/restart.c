/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "restart.h"

#include "clock.h"
#include "policy.h"

#include "camkes.h"

#include <stddef.h>

/* A refusing component looks for calls once per REFUSAL_PERIOD_US and may use REFUSAL_BUDGET_US for it. */
#define REFUSAL_PERIOD_US 100000u
#define REFUSAL_BUDGET_US 2000u
/* A doomed component that sleeps before its time is up gets the used part of its budget back after so long. */
#define DOOM_PERIOD_US 100000u

struct life lives[SUPERVISED];
static struct policy policies[SUPERVISED];

/* For whichever thread is looked at or started: too large for the stack. */
static seL4_UserContext context;

static seL4_CPtr tcb_of(unsigned number) { return camkes_supervised[number].caps; }
static seL4_CPtr sc_of(unsigned number) { return camkes_supervised[number].caps + 1u; }

uint64_t consumed(seL4_CPtr sc)
{
    seL4_SchedContext_Consumed_t time = seL4_SchedContext_Consumed(sc);
    return time.error ? 0 : time.consumed;
}

/* The kernel forgets what was consumed when it sets a budget. */
static bool set_budget(unsigned number, uint32_t budget_us, uint32_t period_us)
{
    lives[number].cpu_us += consumed(sc_of(number));
    return seL4_SchedControl_ConfigureFlags(SCHED_CTRL, sc_of(number), budget_us, period_us, 0, number, 0) == seL4_NoError;
}

/* Stops the thread and notes where it was. Whatever it waited for, it does not any more. */
static void stop_and_look(unsigned number, struct report *report)
{
    static const uint8_t from[REPORT_REGISTERS] = { /* place in seL4_UserContext */
#define AT(name) (uint8_t)(offsetof(seL4_UserContext, name) / sizeof(seL4_Word))
        AT(pc), AT(ra), AT(sp), AT(gp), AT(s0), AT(s1), AT(a0), AT(a1), AT(a2), AT(a3), AT(a4), AT(a5),
#undef AT
    };
    (void)seL4_TCB_ReadRegisters(tcb_of(number), true, 0, offsetof(seL4_UserContext, a6) / sizeof(seL4_Word), &context);
    for (unsigned i = 0; i < REPORT_REGISTERS; i++) {
        report->registers[i] = ((const seL4_Word *)&context)[from[i]];
    }
}

/* An answer for every caller; a reply object without one ignores it. A fault of an application that lies in one of
 * ProcessManager's is not resumed by an answer with a label. */
static void answer_callers(unsigned number)
{
    const struct camkes_supervised *service = &camkes_supervised[number];
    for (unsigned i = 0; i < service->replies; i++) {
        seL4_Send(service->caps + 2u + i, seL4_MessageInfo_new(CAMKES_REPLY_RESTARTED, 0, 0, 0));
    }
}

static void start(unsigned number, seL4_Word pc, enum camkes_life life, seL4_Word argument)
{
    context = (seL4_UserContext){ .pc = pc, .a0 = life, .a1 = argument };
    (void)seL4_TCB_WriteRegisters(tcb_of(number), true, 0, seL4_UserContextWords, &context);
}

static void start_refusal(unsigned number, uint32_t units)
{
    (void)set_budget(number, REFUSAL_BUDGET_US, REFUSAL_PERIOD_US);
    start(number, camkes_supervised[number].entry, CAMKES_LIFE_REFUSING, CLOCK_TO_US(units) / REFUSAL_PERIOD_US + 1);
}

void restart(unsigned number, struct report *report)
{
    const struct camkes_supervised *service = &camkes_supervised[number];
    struct life *life = &lives[number];
    stop_and_look(number, report);
    answer_callers(number);
    bool over = report->cause == REPORT_SERVES_AGAIN;
    uint32_t wait = policy_death(&policies[number], max_restarts, CLOCK_FROM_MS(restart_window_ms), clock_now());
    report->name = service->name;
    report->refusal_s = wait ? CLOCK_TO_US(wait) / 1000000u + 1 : 0;
    life->doomed = false;
    life->refusing = wait != 0;
    if (wait) {
        start_refusal(number, wait);
    } else {
        report->restarts = ++life->restarts;
        (void)set_budget(number, service->budget_us, service->period_us);
        start(number, service->entry, CAMKES_LIFE_RESTARTED, 0);
    }
    if (!(wait && over)) { /* it had slept a little too short */
        report_put(report);
    }
}

bool doom(unsigned number, uint32_t us)
{
    if (lives[number].refusing || us >= DOOM_PERIOD_US || !set_budget(number, us, DOOM_PERIOD_US)) {
        return false;
    }
    lives[number].doomed = true;
    return true;
}

void crash(unsigned number)
{
    context.pc = 0;
    (void)seL4_TCB_WriteRegisters(tcb_of(number), true, 0, 1, &context); /* the other registers stay */
}
