/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What requests cost the flash: operations and bytes, on a model with the machine's geometry. */
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "storage.h"

enum { BLOCK = 256 << 10, BLOCKS = 128, PAGE = 2048, FULL = 40 };

static struct {
    uint64_t programs, programmed, erases, read;
} before;
static uint64_t erases;

static void count(void *ctx, const struct operation *op)
{
    (void)ctx;
    erases += op->erase;
}

static void begin(void)
{
    before.programs = chip.operations - erases;
    before.programmed = chip.programmed;
    before.erases = erases;
    before.read = chip.read;
}

static void end(const char *what, uint32_t error)
{
    printf("%-44s %6llu %10llu %6llu %12llu%s\n", what, (unsigned long long)(chip.operations - erases - before.programs),
           (unsigned long long)(chip.programmed - before.programmed), (unsigned long long)(erases - before.erases),
           (unsigned long long)(chip.read - before.read), error == CORE_SUCCESS ? "" : "  FAILED");
}

static uint32_t load_all(const struct package *package)
{
    return is_installed("demo", NULL, package) ? CORE_SUCCESS : CORE_STORE_CORRUPT;
}

static void fill(void)
{
    static struct package package;
    for (unsigned i = 0; i < FULL; i++) {
        char name[] = "p00";
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        package_make(&package, &(struct package_spec){ .name = name, .version = 1, .bytes = 60000 });
        if (install(&package) != CORE_SUCCESS)
            printf("not filled\n");
        for (unsigned k = 0; k < 4; k++)
            (void)write_key(name, (char[]){ (char)('a' + k), '\0' }, package.at, 500);
    }
}

static void starts(const char *what)
{
    begin();
    end(what, machine_restart(true));
}

static void keys(void)
{
    static uint8_t value[CORE_VALUE_MAX];
    static const size_t sizes[] = { 64, CORE_VALUE_MAX };
    for (unsigned i = 0; i < 2; i++) {
        char what[64], name[] = { (char)('a' + i), '\0' };
        for (unsigned again = 0; again < 2; again++) {
            snprintf(what, sizeof what, "%s a value of %zu bytes", again ? "replace" : "write", sizes[i]);
            begin();
            end(what, write_key("demo", name, value, sizes[i]));
        }
        snprintf(what, sizeof what, "read a value of %zu bytes", sizes[i]);
        begin();
        end(what, read_key("demo", name));
        snprintf(what, sizeof what, "delete a value of %zu bytes", sizes[i]);
        begin();
        end(what, delete_key("demo", name));
    }
}

int main(void)
{
    static struct package demo;
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 1, .manifest = "name = demo\n", .bytes = 2200 });
    machine_begin(BLOCK, BLOCKS, PAGE);
    chip.before = count;
    printf("%-44s programs bytes  erases bytes read\n", "");
    starts("start, empty flash");
    char what[64];
    snprintf(what, sizeof what, "install %u bytes", demo.n);
    begin();
    end(what, install(&demo));
    begin();
    end("load all of it", load_all(&demo));
    keys();
    begin();
    end("uninstall", about_bundle(CORE_UNINSTALL, "demo"));
    fill();
    snprintf(what, sizeof what, "start, %u packages of 60 KB, 160 values", FULL);
    starts(what);
    starts("once more");
    begin();
    end("install again", install(&demo));
    begin();
    end("load all of it", load_all(&demo));
    keys();
    if (chip.violation != NULL)
        printf("%s\n", chip.violation);
    machine_end();
    return 0;
}
