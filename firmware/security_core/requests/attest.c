/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* CORE_ATTEST: a signed statement of what was started and what is installed (boot/README.md has its bytes). The results are shared memory: what is
 * hashed and signed comes from this side's own, and is only copied there. */

#include <platform_gen.h>
#include <string.h>

#include "../boot/measure.h"
#include "../core.h"
#include "../package/image.h"
#include "../storage.h"
#include "../watchdog.h"
#include "arguments.h"

#define SIGNED_TEXT "KataOS statement"      /* signed with its NUL, in front of the statement */
#define MAGIC 0x4b415454u                   /* "KATT" */
#define FORMAT 1u
enum { KEY_TRIES = 4, RECORD_FIXED = 18, RECORD_MAX = RECORD_FIXED + 2 * CORE_NAME_SIZE };
enum record_flag { RECORD_SIGNED = 1, RECORD_UNREADABLE = 2 };

extern const uint8_t core_rodata_end[];

struct question {
    uint32_t room;                          /* bytes that the statement may have */
    uint8_t nonce[CORE_NONCE_MAX];
    uint32_t nonce_n;
    uint8_t claim[CORE_CLAIM_MAX];
    uint32_t claim_n;
};

/* One that is being written. */
struct statement {
    struct request *request;
    struct crypto_sha256 hash;
    bool full;
};

static void add(struct statement *statement, const void *bytes, size_t n)
{
    crypto_sha256_add(&statement->hash, bytes, n);
    statement->full |= !result_add(statement->request, bytes, n);
}

static void put32(uint8_t bytes[4], uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static void add_word(struct statement *statement, uint32_t value)
{
    uint8_t bytes[4];
    put32(bytes, value);
    add(statement, bytes, sizeof bytes);
}

/* --- the key --- */

/* Not every number is a private key: the first of a few that is one. It is derived each time, and is nowhere in between. */
static bool device_keys(uint8_t private_key[CRYPTO_KEY], uint8_t public_key[CRYPTO_PUBLIC_KEY])
{
    char label[] = "attestation 0";
    for (unsigned i = 0; i < KEY_TRIES; i++, label[sizeof label - 2]++) {
        if (storage_key(label, private_key) && crypto_public_key(private_key, public_key) == CRYPTO_OK) {
            return true;
        }
    }
    crypto_wipe(private_key, CRYPTO_KEY);
    return false;
}

/* --- what is installed --- */

static size_t copy_string(uint8_t *to, const char *from)
{
    size_t n = strlen(from) + 1;
    memcpy(to, from, n);
    return n;
}

/* What is known about a package; returns the record's size. */
static size_t describe(const struct store_info *info, uint8_t record[RECORD_MAX])
{
    const struct image_about *about;
    struct store_id id = { info->kind, info->bundle, info->name };
    memset(record, 0, RECORD_FIXED);
    record[0] = info->kind;
    record[1] = RECORD_UNREADABLE;
    if (image_find(&id, &about) == CORE_SUCCESS) {
        record[1] = about->flags & IMAGE_SIGNED ? RECORD_SIGNED : 0;
        put32(record + 2, about->version);
        put32(record + 6, about->size);
        memcpy(record + 10, about->key_id, sizeof about->key_id);
    }
    size_t n = RECORD_FIXED + copy_string(record + RECORD_FIXED, info->bundle);
    return n + copy_string(record + n, info->name);
}

static bool is_package(const struct store_info *info)
{
    return info->kind == STORE_APPLICATION || info->kind == STORE_MODEL;
}

/* How many packages there are, how many of their records fit into `room` bytes, and the hash of all of them. */
static uint32_t count(size_t room, uint32_t *listed, uint8_t digest[CRYPTO_HASH])
{
    uint8_t record[RECORD_MAX];
    struct store_info info;
    struct crypto_sha256 hash;
    uint32_t cursor = 0, all = 0;
    int found;
    *listed = 0;
    crypto_sha256_start(&hash);
    while ((found = store_next(storage(), &cursor, STORE_ANY, NULL, &info)) != STORE_NOT_FOUND) {
        if (found == STORE_OK && is_package(&info)) {
            size_t n = describe(&info, record);
            crypto_sha256_add(&hash, record, n);
            *listed += all == *listed && n <= room;
            room -= all + 1 == *listed ? n : 0;
            all++;
        }
        watchdog_reset();
    }
    crypto_sha256_finish(&hash, digest);
    return all;
}

static void list(struct statement *statement, uint32_t n)
{
    uint8_t record[RECORD_MAX];
    struct store_info info;
    uint32_t cursor = 0;
    int found;
    while (n > 0 && (found = store_next(storage(), &cursor, STORE_ANY, NULL, &info)) != STORE_NOT_FOUND) {
        if (found == STORE_OK && is_package(&info)) {
            add(statement, record, describe(&info, record));
            n--;
        }
    }
}

/* --- the statement --- */

/* Code and constants of this firmware, as they are in memory: what an honest one says of itself. */
static void add_firmware(struct statement *statement)
{
    struct crypto_sha256 hash;
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, (const void *)(uintptr_t)HART1_BASE, (uintptr_t)core_rodata_end - HART1_BASE);
    crypto_sha256_finish(&hash, digest);
    add(statement, digest, sizeof digest);
}

static void add_facts(struct statement *statement, const struct question *question, const uint8_t public_key[CRYPTO_PUBLIC_KEY])
{
    add_word(statement, MAGIC);
    add_word(statement, FORMAT);
    add(statement, public_key, CRYPTO_PUBLIC_KEY);
    add_word(statement, question->nonce_n);
    add(statement, question->nonce, sizeof question->nonce);
    add(statement, boot_measured.measurement, sizeof boot_measured.measurement);
    add_word(statement, boot_measured.version);
    add_word(statement, boot_measured.lowest_version);
    add_word(statement, boot_measured.flags);
    add_word(statement, core_kept.lives - 1);
    add_firmware(statement);
}

static void add_packages(struct statement *statement, const struct question *question)
{
    enum { BEHIND = CRYPTO_HASH + 3 * 4 + CRYPTO_SIGNATURE };       /* bytes that are still to come, without records and claim */
    uint8_t digest[CRYPTO_HASH];
    const struct request *request = statement->request;
    size_t taken = request->result + BEHIND + question->claim_n, room = request->room > taken ? request->room - taken : 0;
    uint32_t listed, all = count(room, &listed, digest);
    add_word(statement, all);
    add(statement, digest, sizeof digest);
    add_word(statement, listed);
    add_word(statement, question->claim_n);
    list(statement, listed);
    add(statement, question->claim, question->claim_n);
}

static bool sign(struct statement *statement, const uint8_t private_key[CRYPTO_KEY])
{
    uint8_t digest[CRYPTO_HASH], signature[CRYPTO_SIGNATURE];
    crypto_sha256_finish(&statement->hash, digest);
    watchdog_reset();
    return crypto_sign(private_key, digest, signature) == CRYPTO_OK && result_add(statement->request, signature, sizeof signature);
}

static bool ask(struct request *request, struct question *question)
{
    struct arguments arguments = arguments_of(request);
    memset(question, 0, sizeof *question);
    question->room = argument_word(&arguments);
    question->nonce_n = argument_word(&arguments);
    if (arguments.bad || question->nonce_n < CORE_NONCE_MIN || question->nonce_n > CORE_NONCE_MAX || question->nonce_n > arguments.left ||
        arguments.left - question->nonce_n > CORE_CLAIM_MAX) {
        return false;
    }
    memcpy(question->nonce, arguments.at, question->nonce_n);
    question->claim_n = (uint32_t)arguments.left - question->nonce_n;
    memcpy(question->claim, arguments.at + question->nonce_n, question->claim_n);
    return true;
}

uint32_t handle_attest(struct request *request)
{
    struct question question;
    uint8_t private_key[CRYPTO_KEY], public_key[CRYPTO_PUBLIC_KEY];
    struct statement statement = { .request = request };
    if (!ask(request, &question)) {
        return CORE_DESERIALIZE_FAILED;
    }
    request->room = question.room < request->room ? question.room : request->room;
    if (storage() == NULL || !device_keys(private_key, public_key)) {
        return storage() == NULL ? storage_state() : (uint32_t)CORE_STORE_FAILED;
    }
    crypto_sha256_start(&statement.hash);
    crypto_sha256_add(&statement.hash, SIGNED_TEXT, sizeof SIGNED_TEXT);
    add_facts(&statement, &question, public_key);
    add_packages(&statement, &question);
    bool good = !statement.full && sign(&statement, private_key);
    crypto_wipe(private_key, sizeof private_key);
    return good ? CORE_SUCCESS : statement.full ? CORE_SERIALIZE_FAILED : CORE_STORE_FAILED;
}
