/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Tries what its manifest and the SDK forbid. Each attempt must end with its error; the last line counts them. */
#include <sdk.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned attempts;

static void expect(int error, int expected, const char *what)
{
    attempts++;
    if (error != expected)
        panic("%s: %s instead of %s", what, sdk_error_name(error), sdk_error_name(expected));
}

static int request(seL4_Word label, seL4_Word caps, seL4_Word words)
{
    return (int)seL4_MessageInfo_get_label(seL4_Call(sdk_start[1], seL4_MessageInfo_new(label, 0, caps, words)));
}

static seL4_Word *area(void)
{
    return (seL4_Word *)(void *)((char *)__sel4_ipc_buffer + SDK_AREA_OFFSET);
}

static void unknown_requests(void)
{
    for (seL4_Word label = 0; label < 0x400; label++) {
        seL4_Word number = label & ~(seL4_Word)SDK_IN_AREA;
        bool models = number >= SDK_REQUEST_MODEL_FIRST && number < SDK_REQUEST_END;
        bool known = (number >= SDK_REQUEST_FIRST && number < SDK_REQUEST_END) || (number >= SDK_REQUEST_TIME && number <= SDK_REQUEST_LAST);
        seL4_SetMR(0, 0);
        if (!known || models)
            expect(request(label, 0, label & SDK_IN_AREA ? 1 : 0), models ? SDK_PERMISSION_DENIED : SDK_UNKNOWN_REQUEST, "unknown request");
    }
}

/* Its endpoint cannot grant, so nothing arrives with the message. */
static void capabilities(void)
{
    for (seL4_Word n = 1; n <= 3; n++) {
        for (seL4_Word i = 0; i < n; i++)
            seL4_SetCap((int)i, sdk_start[1]);
        expect(request(SDK_REQUEST_PING, n, 0), SDK_SUCCESS, "capabilities in a request");
    }
}

static void lengths(void)
{
    static char text[2000];
    uint8_t value[SDK_VALUE_MAX + 1] = { 0 };
    memset(text, 'k', sizeof text - 1);
    expect(sdk_write_key(text, value, 1), SDK_SERIALIZE_FAILED, "endless key");
    text[SDK_KEY_MAX + 1] = '\0';
    expect(sdk_write_key(text, value, 1), SDK_SERIALIZE_FAILED, "long key");
    expect(sdk_write_key("k", value, sizeof value), SDK_SERIALIZE_FAILED, "long value");
    expect(sdk_write_key("", value, 1), SDK_INVALID_STRING, "empty key");
    expect(sdk_send(text, value, 1), SDK_SERIALIZE_FAILED, "long name");
    memset(text, 'k', sizeof text - 1);
    expect(sdk_send("pong", text, SDK_MESSAGE_MAX + 1), SDK_SERIALIZE_FAILED, "long message");
    for (seL4_Word words = 0; words < 4; words++) {
        seL4_SetMR(0, ~(seL4_Word)0);
        seL4_SetMR(1, 361);
        expect(request(SDK_REQUEST_LOG, 0, words), SDK_DESERIALIZE_FAILED, "length beyond the message");
    }
}

static int in_area(seL4_Word number, seL4_Word words)
{
    seL4_SetMR(0, words);
    return request(number + SDK_IN_AREA, 0, 1);
}

static void message_area(void)
{
    memset(area(), 0xff, SDK_AREA_BYTES);
    expect(in_area(SDK_REQUEST_LOG, 10), SDK_DESERIALIZE_FAILED, "noise in the area");
    expect(in_area(SDK_REQUEST_LOG, SDK_REQUEST_MAX / sizeof(seL4_Word) + 1), SDK_SERIALIZE_FAILED, "more than a request");
    expect(in_area(SDK_REQUEST_LOG, 1u << 30), SDK_SERIALIZE_FAILED, "more than the area");
    expect(in_area(SDK_REQUEST_LOG, ~(seL4_Word)0), SDK_SERIALIZE_FAILED, "more than there is");
    expect(request(SDK_REQUEST_LOG + SDK_IN_AREA, 0, 0), SDK_DESERIALIZE_FAILED, "no length");
    area()[0] = 361;
    expect(in_area(SDK_REQUEST_LOG, 100), SDK_SERIALIZE_FAILED, "long log");
}

/* Sends do not wait for an answer: the area changes as soon as the runtime lets this thread run. */
static void changes(void)
{
    for (unsigned i = 0; i < 300; i++) {
        area()[0] = i % 2 ? 5 : 100000;
        area()[1] = 0x20657661;
        seL4_SetMR(0, 2 + i % 20);
        seL4_Send(sdk_start[1], seL4_MessageInfo_new(SDK_REQUEST_READ_KEY + i % 3 + SDK_IN_AREA, 0, 0, 1));
        memset(area(), (int)i, 200);
    }
    expect(sdk_ping(), SDK_SUCCESS, "ping");
}

static void quotas(void)
{
    struct sdk_memory memory;
    char key[] = "k0";
    for (uint32_t id = 0; id < 4; id++)
        expect(sdk_timer_periodic(id, 1000000), SDK_SUCCESS, "timer");
    expect(sdk_timer_oneshot(4, 1), SDK_OUT_OF_RESOURCES, "timer beyond the quota");
    expect(sdk_timer_oneshot(0, 1), SDK_TIMER_ALREADY_EXISTS, "timer that runs");
    for (; key[1] < '3'; key[1]++)
        expect(sdk_write_key(key, key, 1), SDK_SUCCESS, "key");
    expect(sdk_write_key(key, key, 1), SDK_OUT_OF_RESOURCES, "key beyond the quota");
    expect(sdk_write_key("k0", key, 1), SDK_SUCCESS, "key that is there");
    expect(sdk_set_heap(1 << 20, &memory), SDK_OUT_OF_RESOURCES, "heap beyond the quota");
    expect(sdk_set_heap((size_t)-4096, &memory), SDK_OUT_OF_RESOURCES, "heap around the address space");
    while (sdk_set_heap(memory.heap_size + 4096, &memory) == SDK_SUCCESS)
        continue;
    attempts += memory.used <= 128 * 1024;
}

static void strangers(void)
{
    expect(sdk_send("fibonacci", "x", 1), SDK_NO_SUCH_PEER, "no peer of ours");
    expect(sdk_send("hello", "x", 1), SDK_NO_SUCH_PEER, "a peer that does not name us");
    expect(sdk_send("nobody", "x", 1), SDK_PEER_NOT_RUNNING, "nobody");
    expect(sdk_send("hostile", "x", 1), SDK_NO_SUCH_PEER, "ourselves");
    for (unsigned i = 0; i < 500; i++)
        (void)sdk_send("pong", area(), 1000);
}

/* What the C library hides: the answer to a waiting call when the runtime dies. */
static int wait_raw(void)
{
    expect(sdk_timer_oneshot(0, 3000000), SDK_SUCCESS, "timer");
    puts("hostile::waiting");
    int error = request(SDK_REQUEST_TIMER_WAIT, 0, 0);
    printf("hostile::waiting call: %s, timer %s\n", sdk_error_name(error), sdk_error_name(sdk_timer_oneshot(0, 1)));
    return error;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "wait") == 0)
        return wait_raw();
    unknown_requests();
    capabilities();
    lengths();
    message_area();
    changes();
    quotas();
    strangers();
    printf("hostile::%u attempts, all refused\n", attempts);
    while (argc > 1 && strcmp(argv[1], "forever") == 0) {
        changes();
        (void)sdk_set_heap(0, &(struct sdk_memory){ 0 });
        (void)sdk_set_heap(40000, &(struct sdk_memory){ 0 });
        strangers();
    }
    return 0;
}
