/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Runs saved programs, without libFuzzer:
 *   replay FILE...           each file: raw bytes of a program, or (name ends in .hex) a program per line in hexadecimal, # comments
 *   replay --minimise FILE   takes steps and bytes away as long as the program still fails; prints it
 * Without arguments: the corpus of the tree. The last line says how many ran: a program that fails ends the process. */
#define _GNU_SOURCE
#include "program.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PROGRAM 8192u

static unsigned programs;

static size_t from_hex(const char *line, uint8_t *data)
{
    size_t size = 0;
    unsigned byte;

    while (size < MAX_PROGRAM && sscanf(line, "%2x", &byte) == 1) {
        data[size++] = (uint8_t)byte;
        line += 2;
        line += strspn(line, " ");
    }
    return size;
}

static void run_hex_file(FILE *file)
{
    static char line[2 * MAX_PROGRAM + 16];
    static uint8_t data[MAX_PROGRAM];

    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        program_run(data, from_hex(line, data));
        programs++;
    }
}

static size_t read_program(const char *name, uint8_t *data)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        perror(name);
        exit(2);
    }
    size_t size = fread(data, 1, MAX_PROGRAM, file);
    fclose(file);
    return size;
}

static void run_file(const char *name)
{
    static uint8_t data[MAX_PROGRAM];
    size_t length = strlen(name);

    if (length > 4 && strcmp(name + length - 4, ".hex") == 0) {
        FILE *file = fopen(name, "r");
        if (file == NULL) {
            perror(name);
            exit(2);
        }
        run_hex_file(file);
        fclose(file);
        return;
    }
    program_run(data, read_program(name, data));
    programs++;
}

/* --- minimising --------------------------------------------------------------------------------------------- */

static bool fails(const uint8_t *data, size_t size)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(0);
        alarm(3);
        program_run(data, size);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status != 0;
}

static size_t drop_steps(uint8_t *data, size_t size)
{
    uint8_t shorter[MAX_PROGRAM];

    for (size_t at = 0; at + STEP_BYTES <= size;) {
        memcpy(shorter, data, at);
        memcpy(shorter + at, data + at + STEP_BYTES, size - at - STEP_BYTES);
        if (fails(shorter, size - STEP_BYTES)) {
            size -= STEP_BYTES;
            memcpy(data, shorter, size);
        } else {
            at += STEP_BYTES;
        }
    }
    return size;
}

static void clear_bytes(uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t kept = data[i];
        if (kept == 0 || i % STEP_BYTES == 0)
            continue;
        data[i] = 0;
        if (!fails(data, size))
            data[i] = kept;
    }
}

static int minimise(const char *name)
{
    static uint8_t data[MAX_PROGRAM];
    size_t size = read_program(name, data) / STEP_BYTES * STEP_BYTES, before;

    if (!fails(data, size)) {
        printf("%s: does not fail\n", name);
        return 1;
    }
    do {
        before = size;
        size = drop_steps(data, size);
        clear_bytes(data, size);
    } while (size < before);
    program_print(data, size);
    for (size_t i = 0; i < size; i++)
        printf("%02x", data[i]);
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    host_start();
    world_make(false);
    if (argc == 3 && strcmp(argv[1], "--minimise") == 0)
        return minimise(argv[2]);
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    if (argc == 1)
        run_file(CORPUS);
    printf("%u programs, %lu steps, %lu successful invocations\n", programs, program_steps, program_successes);
    printf("[  PASSED  ] %u test(s).\n", programs);
    return programs == 0;
}
