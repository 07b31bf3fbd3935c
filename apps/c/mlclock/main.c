/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* mlclock MODEL PERIOD_MS SECONDS: a periodic model for that long, and how exact its runs were: how many,
 * in how many periods, and how late the last one was: periods that drift make it late, or one too few. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>

#define US_PER_MS 1000u

static uint64_t now(void)
{
    uint64_t us = 0;
    (void)sdk_time_us(&us);
    return us;
}

struct clock {
    uint64_t begin_us, period_us;
    uint64_t periods;           /* that have passed when the last run ended */
    int32_t late_us;            /* how long after the beginning of its period it has; negative: others ran before we were told of the beginning */
    uint32_t runs;
};

/* One run's end. */
static void count(struct clock *c, uint32_t jobnum, uint64_t now_us)
{
    c->periods = (now_us - c->begin_us + c->period_us / 2) / c->period_us;
    c->late_us = (int32_t)(int64_t)(now_us - c->begin_us - c->periods * c->period_us);
    c->runs = jobnum;
}

static int watch(struct clock *c, uint32_t id, uint64_t end_us)
{
    int error;
    do {
        struct sdk_model_output output;
        uint32_t mask;
        size_t none = 0;
        error = sdk_model_wait(&mask);
        if (error == SDK_SUCCESS)
            error = sdk_model_output(id, &output, NULL, &none);
        if (error == SDK_SUCCESS && output.faulted)
            return SDK_LOAD_MODEL_FAILED;
        if (error == SDK_SUCCESS)
            count(c, output.jobnum, now());
    } while (error == SDK_SUCCESS && now() < end_us);
    return error;
}

int main(int argc, char *argv[])
{
    struct clock c = { 0 };
    uint32_t id;
    if (argc < 4)
        return 1;
    uint32_t period_ms = (uint32_t)atoi(argv[2]);
    c.period_us = (uint64_t)period_ms * US_PER_MS;
    int error = sdk_model_periodic(argv[1], period_ms, &id);
    c.begin_us = now();         /* the request has looked at the model first */
    if (error == SDK_SUCCESS)
        error = watch(&c, id, c.begin_us + (uint64_t)atoi(argv[3]) * US_PER_MS * US_PER_MS + c.period_us / 2);
    printf("%s: %s, %u runs in %u periods, the last %d us late\nDONE!\n", argv[1], sdk_error_name(error), (unsigned)c.runs, (unsigned)c.periods,
           (int)c.late_us);
    return 0;
}
