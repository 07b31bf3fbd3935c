/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/*
 * A management core that sends the security core any requests, on a strict model of a small flash and with toy cryptography. Input: records of
 * 5 bytes (which request, options, two of the size, what changes under the handler's feet) and the arguments. Whatever was asked: results stay in
 * their room, an error has none, the flash was used as it must be, the store opens again, and what was visible is visible and whole then.
 */
#define TOY_CRYPTO_ALL
#include "toy_crypto.h"

#include <stdbool.h>

#include "boot/measure.h"
#include "core.h"
#include "dispatch.h"
#include "flash_bus.h"
#include "memory.h"
#include "model.h"
#include "package_kit.h"
#include "storage.h"
#include "target.h"

enum { HEADER = 5, ROOM = 8188, RECORDS = 40, BLOCK = 2048, BLOCKS = 24 };

static const uint32_t numbers[] = {
    CORE_ECHO, CORE_INSTALL, CORE_INSTALL_APP, CORE_INSTALL_MODEL, CORE_UNINSTALL, CORE_GET_PACKAGES, CORE_SIZE_BUFFER, CORE_GET_MANIFEST,
    CORE_LOAD_APPLICATION, CORE_LOAD_MODEL, CORE_READ_KEY, CORE_WRITE_KEY, CORE_DELETE_KEY, CORE_TEST_MAILBOX, CORE_STATISTICS, CORE_INSTALL_DATA,
    CORE_INSTALL_END, CORE_INSTALL_ABORT, CORE_GET_MODELS, CORE_LIST_KEYS, CORE_STORE,
};
enum { NUMBERS = sizeof numbers / sizeof *numbers, DO_RESTART = NUMBERS, DO_IDLE, DO_PACKAGE };
enum option { LAST_SESSION = 1, SESSION_BEFORE = 2, DEVELOPMENT = 4, CHANGING = 8, ROOM_SHIFT = 4 };

static struct flash_model chip, empty;
static struct package package;
static bool development;
static uint32_t session, session_before;

/* --- what belongs to the machine --- */

struct core_kept core_kept = { .lives = 1 };
struct flash_bus_count flash_bus_count;

uint32_t core_ram_bytes(void) { return 65536; }
bool boot_allows_unsigned(void) { return development; }

int platform_random(void *out, size_t n)
{
    static uint32_t calls;
    fill_bytes(out, (uint32_t)n, calls++);
    return 0;
}

/* --- the other side changes a byte of the request whenever something is hashed or read from the flash --- */

static struct {
    uint8_t *at;
    uint8_t difference;
} changing;
static int (*model_read)(void *ctx, uint32_t addr, void *buf, size_t n);

static void change(void)
{
    if (changing.at != NULL)
        *changing.at ^= changing.difference;
}

static int changing_read(void *ctx, uint32_t addr, void *buf, size_t n)
{
    change();
    return model_read(ctx, addr, buf, n);
}

/* After a power failure session numbers begin anew. */
static void start(void)
{
    memory_clear(true);
    session = session_before = 0;
    REQUIRE(storage_start(&chip.flash) == CORE_SUCCESS);
}

/* A flash with nothing but the device's key. */
static void prepare(void)
{
    if (empty.cells != NULL)
        return;
    model_init(&chip, BLOCK, BLOCKS, 256, 0xff);
    model_init(&empty, BLOCK, BLOCKS, 256, 0xff);
    model_read = chip.flash.read;
    chip.flash.read = changing_read;
    toy_hook = change;
    start();
    model_copy(&empty, &chip);
}

/* --- one request --- */

static uint8_t results[ROOM];
static size_t results_n;

static bool is_known(uint32_t error)
{
    return error <= CORE_NO_RANDOM || error == CORE_NOT_SUPPORTED || (error > CORE_BUNDLE_REFUSED && error < CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_ERRORS);
}

/* Behind the buffer is memory that is guarded by the sanitizer. */
static uint32_t serve(uint32_t number, const void *arguments, size_t size, size_t room, uint8_t changes)
{
    size_t whole = size > room ? size : room;
    uint8_t *data = malloc(whole > 0 ? whole : 1);
    REQUIRE(data != NULL);
    memset(data, 0, whole);
    if (size > 0)
        memcpy(data, arguments, size);
    struct request request = { .data = data, .size = size, .room = room };
    changing.at = changes != 0 && size > 0 ? data + changes * 37u % size : NULL;
    changing.difference = changes;
    uint32_t error = dispatch(number, &request);
    changing.at = NULL;
    REQUIRE(request.result <= room && (error == CORE_SUCCESS || request.result == 0) && is_known(error) && chip.violation == NULL);
    memcpy(results, data, request.result);
    results_n = request.result;
    free(data);
    return error;
}

static uint32_t result_word_at(size_t at)
{
    uint32_t word;
    REQUIRE(at <= results_n && results_n - at >= sizeof word);
    memcpy(&word, results + at, sizeof word);
    return word;
}

static void note_session(uint32_t number, uint32_t error)
{
    if (error != CORE_SUCCESS || (number != CORE_INSTALL && number != CORE_INSTALL_APP && number != CORE_INSTALL_MODEL))
        return;
    session_before = session;
    session = result_word_at(0);
    REQUIRE(session != 0 && session != session_before);
}

/* --- a good package, or one with a byte changed: what no fuzzer makes up --- */

static uint32_t install(const char *bundle, bool is_model, uint32_t piece)
{
    uint8_t bytes[4 + 2 * CORE_NAME_SIZE] = {0};
    size_t n = 4, length = strlen(bundle) + 1;
    memcpy(bytes, &package.n, 4);
    memcpy(bytes + n, bundle, length);
    n += length;
    if (is_model)
        memcpy(bytes + n, bundle, length);
    uint32_t number = is_model ? CORE_INSTALL_MODEL : CORE_INSTALL_APP, error = serve(number, bytes, is_model ? n + length : n, ROOM, 0);
    note_session(number, error);
    for (uint32_t at = 0; error == CORE_SUCCESS && at < package.n; at += piece) {
        static uint8_t data[4 + 4096];
        uint32_t part = package.n - at < piece ? package.n - at : piece;
        memcpy(data, &session, 4);
        memcpy(data + 4, package.at + at, part);
        error = serve(CORE_INSTALL_DATA, data, 4 + part, ROOM, 0);
    }
    return error == CORE_SUCCESS ? serve(CORE_INSTALL_END, &session, 4, ROOM, 0) : error;
}

/* Arguments: name, version, options (1 model, 2 unsigned, 4 a byte is changed), bytes / 16, place of the change, piece / 16. */
static void do_package(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "a", "bb", "demo", "m" };
    uint8_t a[6] = {0};
    memcpy(a, data, size < sizeof a ? size : sizeof a);
    const char *name = names[a[0] % 4];
    package_make(&package, &(struct package_spec){ .name = a[2] & 2 ? NULL : name, .version = a[1], .is_model = a[2] & 1, .bytes = a[3] * 16u,
                                                   .manifest = a[2] & 1 ? NULL : "name = x\n", .seed = a[1] });
    if (a[2] & 4)
        package.at[a[4] * 97u % package.n] ^= 0x10;
    uint32_t error = install(name, a[2] & 1, 1u + a[5] * 16u);
    REQUIRE(error != CORE_SUCCESS || !(a[2] & 4) || (a[2] & 2));        /* a CRC alone misses nothing of one bit, either */
    REQUIRE(error != CORE_SUCCESS || !(a[2] & 2) || development);
}

/* --- what is visible --- */

static uint64_t digest;

static void digest_add(const void *bytes, size_t n)
{
    for (const uint8_t *at = bytes; n-- > 0; at++)
        digest = (digest ^ *at) * 1099511628211u;
}

static size_t put(uint8_t *to, size_t n, const char *name)
{
    memcpy(to + n, name, strlen(name) + 1);
    return n + strlen(name) + 1;
}

/* All of an image; every byte of it must be there. */
static void look_at_image(uint32_t number, const char *bundle, const char *model)
{
    uint8_t arguments[8 + 2 * CORE_NAME_SIZE];
    uint32_t offset = 0, length = 3000;
    do {
        memcpy(arguments, &offset, 4);
        memcpy(arguments + 4, &length, 4);
        size_t n = put(arguments, 8, bundle);
        uint32_t error = serve(number, arguments, model == NULL ? n : put(arguments, n, model), ROOM, 0);
        REQUIRE(error == CORE_SUCCESS || (error == CORE_BUNDLE_NOT_FOUND && offset == 0));
        digest_add(results, results_n);
        offset += (uint32_t)results_n;
    } while (results_n > 0);
}

static void look_at_models(const char *bundle)
{
    for (uint32_t i = 0;; i++) {
        uint8_t arguments[4 + CORE_NAME_SIZE];
        char model[CORE_NAME_SIZE];
        memcpy(arguments, &i, 4);
        if (serve(CORE_GET_MODELS, arguments, put(arguments, 4, bundle), ROOM, 0) != CORE_SUCCESS)
            return;
        memcpy(model, results + 4, results_n - 4);
        look_at_image(CORE_LOAD_MODEL, bundle, model);
    }
}

/* Order is the store's affair: sums of digests. */
static void look_at_keys(const char *bundle)
{
    uint8_t arguments[4 + CORE_NAME_SIZE] = {0}, list[ROOM];
    uint64_t before = digest, sum = 0;
    REQUIRE(serve(CORE_LIST_KEYS, arguments, put(arguments, 4, bundle), ROOM, 0) == CORE_SUCCESS && result_word_at(0) == 0);
    size_t n = results_n;
    memcpy(list, results, n);
    for (size_t at = 4; at < n; at += 4 + strlen((char *)list + at + 4) + 1) {
        uint8_t names[2 * CORE_NAME_SIZE];
        uint32_t size;
        memcpy(&size, list + at, 4);
        REQUIRE(serve(CORE_READ_KEY, names, put(names, put(names, 0, bundle), (char *)list + at + 4), ROOM, 0) == CORE_SUCCESS && results_n == size);
        digest = before;
        digest_add(list + at + 4, strlen((char *)list + at + 4));
        digest_add(results, results_n);
        sum += digest;
    }
    digest = before;
    digest_add(&sum, sizeof sum);
}

static uint64_t look(void)
{
    digest = 14695981039346656037u;
    for (uint32_t i = 0; i <= CORE_PACKAGES; i++) {
        char bundle[CORE_NAME_SIZE];
        uint32_t error = serve(CORE_GET_PACKAGES, &i, 4, ROOM, 0);
        if (error == CORE_BUNDLE_NOT_FOUND)
            return digest;
        REQUIRE(error == CORE_SUCCESS && results_n <= CORE_NAME_SIZE);
        memcpy(bundle, results, results_n);
        digest_add(bundle, results_n);
        look_at_image(CORE_LOAD_APPLICATION, bundle, NULL);
        look_at_models(bundle);
        look_at_keys(bundle);
    }
    abort();
}

/* --- the input --- */

static void do_request(uint8_t what, uint8_t options, uint8_t changes, const uint8_t *data, size_t size)
{
    static const size_t rooms[] = { 4092, 0, 20, ROOM };
    static uint8_t arguments[1 << 16];
    uint32_t number = what < NUMBERS ? numbers[what] : what;
    memcpy(arguments, data, size);
    if (options & (LAST_SESSION | SESSION_BEFORE) && size >= 4)
        memcpy(arguments, options & LAST_SESSION ? &session : &session_before, 4);
    note_session(number, serve(number, arguments, size, rooms[options >> ROOM_SHIFT & 3], options & CHANGING ? changes : 0));
}

static void do_record(const uint8_t *header, const uint8_t *data, size_t size)
{
    development = header[1] & DEVELOPMENT;
    switch (header[0]) {
    case DO_RESTART:
        start();
        break;
    case DO_IDLE:
        (void)storage_idle();
        break;
    case DO_PACKAGE:
        do_package(data, size);
        break;
    default:
        do_request(header[0], header[1], header[4], data, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    prepare();
    model_copy(&chip, &empty);
    chip.random = 1;
    start();
    for (unsigned i = 0; i < RECORDS && size >= HEADER; i++) {
        const uint8_t *header = data;
        size_t n = header[2] | (size_t)header[3] << 8;
        data += HEADER;
        size -= HEADER;
        n = n < size ? n : size;
        do_record(header, data, n);
        data += n;
        size -= n;
    }
    uint64_t before = look();
    start();
    REQUIRE(look() == before && chip.violation == NULL);
    return 0;
}
