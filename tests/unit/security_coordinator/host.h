/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Included in front of everything when SecurityCoordinator is built for the host: stands in for the component runtime and the logger. */
#ifndef SECURITY_COORDINATOR_HOST_H
#define SECURITY_COORDINATOR_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guards of <camkes/runtime.h> and <kata/log.h>. */
#define CAMKES_RUNTIME_H
#define KATA_LOG_H

#define CAMKES_IPC_MAX_DATA 440u
#define CAMKES_PAGE_MAX_DATA 3584u

typedef unsigned long seL4_Word;

seL4_Word camkes_sender(void);
bool camkes_restarted(void);
void camkes_capscan(void);

enum { LOG_ERROR = 1, LOG_INFO = 3 };
void kata_log(uint8_t level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) kata_log(LOG_ERROR, __VA_ARGS__)
#define log_info(...) kata_log(LOG_INFO, __VA_ARGS__)

#endif
