/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test commands (debug builds): models.
 */
#include "console.h"

#include <cpio/cpio.h>
#include <ml_coordinator.h>
#include <string.h>

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

static enum result silent(int error, const char *command)
{
    return error == 0 ? DONE : failed(command, ml_error(error));
}

enum result cmd_test_mlcancel(int argc, char *argv[])
{
    int error = mlcoord_cancel(argv[1], argv[2]);

    (void)argc;
    if (error == 0)
        console_printf("Cancelled %s %s\n", argv[1], argv[2]);
    return silent(error, argv[0]);
}

enum result cmd_test_mlexecute(int argc, char *argv[])
{
    (void)argc;
    return silent(mlcoord_oneshot(argv[1], argv[2]), argv[0]);
}

enum result cmd_test_mlperiodic(int argc, char *argv[])
{
    uint32_t ms;

    (void)argc;
    if (!parse_number(argv[3], &ms))
        return BAD_ARGUMENTS;
    return silent(mlcoord_periodic(argv[1], argv[2], ms), argv[0]);
}

/* Room is being made for the model: it is asked again. */
static bool is_busy(int error)
{
    enum { LOOK_MS = 2 };

    if (error == ML_BUSY)
        (void)console_sleep(SLEEP_TIMER, LOOK_MS);
    return error == ML_BUSY;
}

/* All of its input: one byte, again and again. */
enum result cmd_test_mlinput(int argc, char *argv[])
{
    enum { PART = 256 };
    uint32_t byte, size, at = 0;
    int error = parse_number(argv[3], &byte) ? mlcoord_get_input_params(argv[1], argv[2], &size) : -1;

    (void)argc;
    if (error == -1)
        return BAD_ARGUMENTS;
    memset(scratch.bytes, (int)byte, PART);
    for (uint32_t n; error == 0 && at < size; at += n) {
        n = size - at < PART ? size - at : PART;
        do {
            error = mlcoord_set_input(argv[1], argv[2], at, scratch.bytes, n);
        } while (is_busy(error));
    }
    return silent(error, argv[0]);
}

/* One line: shape, type, the scale's bits, zero point, where it is, how many labels there are and the first of them. */
static int print_tensor(char *argv[], uint32_t kind, uint32_t i)
{
    static const char *const kinds[] = {"input", "output"};
    uint32_t type, offset, size, rank, shape[4], scale, zero, labels;
    char name[NAME_SIZE], label[NAME_SIZE];
    int error;

    do {
        error = mlcoord_get_tensor(argv[1], argv[2], kind, i, &type, &offset, &size, &rank, &shape[0], &shape[1], &shape[2], &shape[3], &scale, &zero,
                                   &labels, name, sizeof(name));
    } while (is_busy(error));
    if (error != 0)
        return error;
    console_printf("%s %u \"%s\" %ux%ux%ux%u rank %u %s scale 0x%08x zero %d, %u bytes at %u, %u labels", kinds[kind], (unsigned)i, name,
                   (unsigned)shape[0], (unsigned)shape[1], (unsigned)shape[2], (unsigned)shape[3], (unsigned)rank, type == 0 ? "int8" : "uint8",
                   (unsigned)scale, (int)zero, (unsigned)size, (unsigned)offset, (unsigned)labels);
    if (kind == 1 && mlcoord_get_label(argv[1], argv[2], i, 0, label, sizeof(label)) == 0)
        console_printf(" \"%s\"", label);
    console_printf("\n");
    return 0;
}

/* What goes in and comes out. */
enum result cmd_test_mltensors(int argc, char *argv[])
{
    int error = ML_BAD_ARGUMENT;

    (void)argc;
    for (uint32_t kind = 0; kind < 2 && error == ML_BAD_ARGUMENT; kind++) {
        uint32_t i = 0;

        while ((error = print_tensor(argv, kind, i)) == 0)
            i++;
    }
    return silent(error == ML_BAD_ARGUMENT ? 0 : error, argv[0]);
}

static void print_result(uint32_t jobnum, uint32_t faulted, uint32_t code, uint32_t epc, uint32_t address)
{
    if (faulted)
        console_printf("Job %u faulted: cause 0x%x pc 0x%x address 0x%x\n", (unsigned)jobnum, (unsigned)code, (unsigned)epc, (unsigned)address);
    else
        console_printf("Job %u returned %u, epc 0x%x\n", (unsigned)jobnum, (unsigned)code, (unsigned)epc);
}

/* The last run: how it ended, and of its output the size, the sum of all bytes and the first of them. */
enum result cmd_test_mloutput(int argc, char *argv[])
{
    uint32_t jobnum, faulted, code, epc, address, size, sum = 0, at = 0;
    uint8_t first = 0;
    int error;

    (void)argc;
    do {
        size_t n = sizeof(scratch.bytes);   /* what a message holds is less */
        error = mlcoord_get_output(argv[1], argv[2], at, (uint32_t)n, &jobnum, &faulted, &code, &epc, &address, &size, scratch.bytes, &n);
        if (error != 0 || n == 0)
            break;
        first = at == 0 ? scratch.bytes[0] : first;
        for (size_t i = 0; i < n; i++)
            sum += scratch.bytes[i];
        at += (uint32_t)n;
    } while (at < size);
    if (error != 0)
        return failed(argv[0], ml_error(error));
    print_result(jobnum, faulted, code, epc, address);
    console_printf("%u of %u bytes, sum %u, first %u\n", (unsigned)at, (unsigned)size, (unsigned)sum, (unsigned)first);
    return DONE;
}

/* --- samples: a file of the archive, inputs one behind the other --- */

static int set_sample(char *argv[], const uint8_t *sample, uint32_t size)
{
    enum { PART = 256 };
    int error = 0;

    for (uint32_t at = 0, n; error == 0 && at < size; at += n) {
        n = size - at < PART ? size - at : PART;
        do {
            error = mlcoord_set_input(argv[1], argv[2], at, sample + at, n);
        } while (is_busy(error));
    }
    return error;
}

/* Number of the model's last run that has ended; 0: there is none. */
static int last_job(char *argv[], uint32_t *jobnum)
{
    uint32_t faulted, code, epc, address, size;
    size_t n = 0;
    int error = mlcoord_get_output(argv[1], argv[2], 0, 0, jobnum, &faulted, &code, &epc, &address, &size, scratch.bytes, &n);

    return error == ML_NO_OUTPUT_HEADER || error == ML_NO_SUCH_MODEL ? 0 : error;
}

/* A run, and its end. */
static int run_sample(char *argv[], uint32_t before)
{
    enum { LOOK_MS = 1 };
    uint32_t jobnum = before;
    int error = mlcoord_oneshot(argv[1], argv[2]);

    while (error == 0 && (jobnum == 0 || jobnum == before)) {
        (void)console_sleep(SLEEP_TIMER, LOOK_MS);
        error = last_job(argv, &jobnum);
    }
    return error;
}

static void print_bytes(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        console_printf("%02x", bytes[i]);
}

/* All of the output, in hexadecimal. */
static int print_output(char *argv[], uint32_t sample)
{
    uint32_t jobnum, faulted, code, epc, address, size, at = 0;
    int error;

    do {
        size_t n = sizeof(scratch.bytes);

        error = mlcoord_get_output(argv[1], argv[2], at, (uint32_t)n, &jobnum, &faulted, &code, &epc, &address, &size, scratch.bytes, &n);
        if (error != 0)
            break;
        if (at == 0)
            console_printf("sample %u %s 0x%x pc 0x%x address 0x%x: ", (unsigned)sample, faulted ? "faulted" : "returned", (unsigned)code, (unsigned)epc,
                           (unsigned)address);
        print_bytes(scratch.bytes, n);
        at = n == 0 ? size : at + (uint32_t)n;
    } while (at < size);
    console_printf("\n");
    return error;
}

/* Runs the model for every input that the file has, and prints the outputs. */
enum result cmd_test_mlsamples(int argc, char *argv[])
{
    struct cpio_entry file;
    uint32_t size, before;
    int error;

    (void)argc;
    if (!archive_lookup(argv[3], &file))
        return failed(argv[3], "not in the archive");
    error = mlcoord_get_input_params(argv[1], argv[2], &size);
    for (uint32_t i = 0; error == 0 && size != 0 && file.size / size > i; i++) {
        error = last_job(argv, &before);
        if (error == 0)
            error = set_sample(argv, file.data + i * size, size);
        if (error == 0)
            error = run_sample(argv, before);
        if (error == 0)
            error = print_output(argv, i);
    }
    return silent(error, argv[0]);
}

/* Runs that are cancelled again, after times that differ: each at another moment of its life. */
enum result cmd_test_mlcancels(int argc, char *argv[])
{
    enum { LONGEST_US = 4096 };
    uint32_t times, random = 1;
    int error = 0;

    (void)argc;
    if (!parse_number(argv[3], &times))
        return BAD_ARGUMENTS;
    for (uint32_t i = 0; error == 0 && i < times; i++) {
        random = random * 1664525 + 1013904223;
        uint64_t until = timer_now_us() + (random >> 20) % LONGEST_US;

        error = mlcoord_oneshot(argv[1], argv[2]);
        while (timer_now_us() < until)
            ;
        if (error == 0)
            error = mlcoord_cancel(argv[1], argv[2]);
    }
    console_printf("%u runs cancelled\n", (unsigned)times);
    return silent(error, argv[0]);
}

enum result cmd_test_mlpriority(int argc, char *argv[])
{
    uint32_t priority, limit_ms;

    (void)argc;
    if (!parse_number(argv[3], &priority) || !parse_number(argv[4], &limit_ms))
        return BAD_ARGUMENTS;
    return silent(mlcoord_configure(argv[1], argv[2], priority, limit_ms), argv[0]);
}

#endif
