/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The services as the console sees them, in a few arrays.
 */
#ifndef DEBUG_CONSOLE_FAKE_H
#define DEBUG_CONSOLE_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_bundle {
    char id[64];
    uint8_t *image;
    uint32_t size;
    uint32_t state[6];          /* as get_bundle_state answers */
};

struct fake {
    char output[1 << 16];       /* what was written since the last fake_reset */
    size_t output_length;
    const char *input;          /* what uart_read gives; at its end line_fd, or time-outs */
    int line_from, line_to;     /* a real sender; -1: none */
    unsigned line_bytes;        /* bytes that came from it */
    unsigned kill_after;        /* of these, after which kill_pid is killed; 0: never */
    int kill_pid;
    unsigned timeouts;
    bool raw;
    uint8_t log_level, own_level;   /* of all, and of security_coordinator */
    uint32_t lost;              /* log lines of sdk_runtime */
    int log_lines;              /* the console's own */
    struct fake_bundle bundles[4];
    struct fake_bundle session; /* open installation: its id is not empty */
    int end_error;              /* what install_end refuses with */
    int data_error;             /* what install_data refuses with, behind data_limit bytes */
    uint32_t data_limit;
    char key[32];
    uint8_t value[128];
    size_t value_length;
    int key_error;              /* what write_key and next_key refuse with */
    uint32_t timers;            /* completed */
    uint32_t slept_ms;
    bool refused;               /* TimerService and ProcessManager died too often, and refuse to serve */
    int frames;                 /* allocated */
    int scans;
    int moves;          /* into CNodes */
    int death;                  /* what uart_driver was done to: 1 killed, -1 crashed, else killed after so many us */
    size_t args_n;                  /* of the last start */
    uint8_t args[512];
};
extern struct fake fake;

/* Everything as after boot, archive included. */
void fake_reset(void);

/* Adds a file to the archive. */
void fake_archive_add(const char *name, const void *data, size_t size);

#endif
