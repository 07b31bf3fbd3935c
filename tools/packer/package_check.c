/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Host tool: says what the security core would say to packages.
 *   package-check [-k KEY]... [-n NAME] [-v LOWEST] [-p BYTES] [-u] [-m] FILE...
 * prints "file<TAB>message". KEY: x || y in hexadecimal (tools/sign.py public); -u: unsigned ones are accepted; -p: bytes per piece;
 * -m: they are data models, not applications. */
#define _POSIX_C_SOURCE 200809L /* getopt */
#include <package.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_KEYS 8

static uint8_t keys[MAX_KEYS][CRYPTO_PUBLIC_KEY];
static uint32_t lowest, piece = 4096;

static uint32_t lowest_version(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return lowest;
}

static struct package_rules rules = {
    .image = &bundle_app_rules, .keys = (const uint8_t(*)[CRYPTO_PUBLIC_KEY])keys, .lowest_version = lowest_version,
};

/* Verifications need none. */
int platform_random(void *out, size_t n)
{
    (void)out, (void)n;
    return -1;
}

static void take_key(const char *hex)
{
    if (rules.n_keys == MAX_KEYS || strlen(hex) != 2 * CRYPTO_PUBLIC_KEY)
        exit(2);
    for (unsigned i = 0; i < CRYPTO_PUBLIC_KEY; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            exit(2);
        keys[rules.n_keys][i] = (uint8_t)byte;
    }
    rules.n_keys++;
}

static BundleError check(const char *path)
{
    static struct package_check state;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    package_start(&state, &rules, (uint32_t)ftell(file));
    rewind(file);
    uint8_t *bytes = malloc(piece);
    for (size_t n; bytes != NULL && (n = fread(bytes, 1, piece, file)) != 0;)
        (void)package_add(&state, bytes, (uint32_t)n);
    free(bytes);
    fclose(file);
    return package_finish(&state);
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int option; (option = getopt(argc, argv, "k:n:v:p:um")) != -1;)
        switch (option) {
        case 'k': take_key(optarg); break;
        case 'n': rules.name = optarg; break;
        case 'v': lowest = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'p': piece = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'u': rules.allow_unsigned = true; break;
        case 'm': rules.image = &bundle_model_rules; break;
        default: return 2;
        }
    for (; optind < argc; optind++) {
        BundleError error = check(argv[optind]);
        printf("%s\t%s\n", argv[optind], bundle_error_text(error));
        bad |= error != BUNDLE_OK;
    }
    return bad;
}
