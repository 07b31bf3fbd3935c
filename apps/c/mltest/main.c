/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Models, as the original's application of this name: one that there is not, a one-shot with its output, ten runs of a periodic one, cancel. Beyond it:
 * input, output at its full size, a model that fails and one that faults, two at once. */
#include <sdk.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 5000, ROUNDS = 10 };
static uint8_t data[BYTES];

static void say(const char *what, int error)
{
    printf("%s: %s\n", what, sdk_error_name(error));
}

static void wait_for(uint32_t id)
{
    uint32_t mask = 0;
    int error = sdk_model_wait(&mask);
    if (error != SDK_SUCCESS || mask != 1u << id)
        printf("wait: %s, mask 0x%x\n", sdk_error_name(error), (unsigned)mask);
}

static void show_output(const char *name, uint32_t id)
{
    struct sdk_model_output output;
    size_t size = sizeof data;
    int error = sdk_model_output(id, &output, data, &size);
    if (error != SDK_SUCCESS)
        say(name, error);
    else if (output.faulted)
        printf("%s: fault, cause 0x%x pc 0x%x address 0x%x\n", name, (unsigned)output.return_code, (unsigned)output.epc, (unsigned)output.address);
    else
        printf("%s: job %u returned %u, %u bytes, first %u, last %u\n", name, (unsigned)output.jobnum, (unsigned)output.return_code,
               (unsigned)size, size ? data[0] : 0, size ? data[size - 1] : 0);
}

static void one_shot(const char *name)
{
    uint32_t id;
    int error = sdk_model_oneshot(name, &id);
    if (error != SDK_SUCCESS) {
        say(name, error);
        return;
    }
    wait_for(id);
    show_output(name, id);
}

static void with_input(void)
{
    uint32_t id = 31, size = 0;
    int error = sdk_model_input_params(id, &size);
    printf("input: %s, %u bytes\n", sdk_error_name(error), (unsigned)size);
    memset(data, 40, sizeof data);
    do {
        error = sdk_model_set_input(id, 0, data, size);
    } while (error == SDK_MODEL_BUSY);
    say("set input", error);
    say("set too much", sdk_model_set_input(id, size, data, 1));
    one_shot("mladd");
}

static void periodic(void)
{
    uint32_t id, mask;
    int error = sdk_model_periodic("mladd", 50, &id);
    for (unsigned i = 0; i < ROUNDS && error == SDK_SUCCESS; i++)
        wait_for(id);
    say("periodic", error);
    show_output("periodic", id);
    say("cancel", sdk_model_cancel(id));
    error = sdk_model_poll(&mask);
    printf("poll: %s, mask 0x%x\n", sdk_error_name(error), (unsigned)mask);
    show_output("after cancel", id);
}

static bool is_one_run(size_t size)
{
    for (size_t i = 1; i < size; i++)
        if (data[i] != data[0])
            return false;
    return size == sizeof data;
}

/* An output is that of one run, whose bytes are all the same and differ from run to run, also while the next one ends. */
static void at_any_time(void)
{
    enum { TRIES = 3000, ENOUGH = 20 };
    uint32_t id, whole = 0, torn = 0;
    struct sdk_model_output output;
    int error = sdk_model_periodic("mladd", 5, &id);
    for (unsigned i = 0; i < TRIES && whole < ENOUGH && error == SDK_SUCCESS; i++) {
        size_t size = sizeof data;
        if (sdk_model_output(id, &output, data, &size) != SDK_SUCCESS)
            continue;
        whole += is_one_run(size);
        torn += !is_one_run(size);
    }
    printf("at any time: %s, %u of %u outputs torn\n", sdk_error_name(error), (unsigned)torn, (unsigned)(whole + torn));
    (void)sdk_model_cancel(id);
}

/* The one that never ends is cancelled while it runs; the other one's turn comes. */
static void two_at_once(void)
{
    uint32_t loop, add;
    say("loop", sdk_model_oneshot("mlloop", &loop));
    say("add", sdk_model_oneshot("mladd", &add));
    say("cancel", sdk_model_cancel(loop));
    wait_for(add);
    show_output("add", add);
}

int main(void)
{
    uint32_t mask;
    one_shot("no-such-model");
    say("cancel 7", sdk_model_cancel(7));
    say("cancel 31", sdk_model_cancel(31));
    say("wait", sdk_model_wait(&mask));
    one_shot("mladd");
    with_input();
    one_shot("mlfail");
    one_shot("mlwild");
    one_shot("mlloop");
    periodic();
    at_any_time();
    two_at_once();
    printf("DONE!\n");
    return 0;
}
