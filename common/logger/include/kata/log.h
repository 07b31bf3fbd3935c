/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Log lines: "<component>::<message>" to the component's logger connection, filtered by level at the source.
 * Without a logger connection they go to the kernel's console in debug builds and nowhere in release builds. Release
 * builds do not contain debug and trace lines. */
#ifndef KATA_LOG_H
#define KATA_LOG_H

#include <kernel/gen_config.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_OFF = 0, LOG_ERROR = 1, LOG_WARN = 2, LOG_INFO = 3, LOG_DEBUG = 4, LOG_TRACE = 5 };

/* Longest line with its NUL. */
#define LOG_LINE_SIZE 256u

/* What the source lets pass: everything up to debug in debug builds, up to info in release builds, less as many levels
 * as are muted (3 or 4: nothing but errors). 0 at start, so that no component needs initialised data for it. */
extern uint8_t kata_log_muted;

void kata_log(uint8_t level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kata_vlog(uint8_t level, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

/* Formats "name::message" into a line of size > 3 bytes; a line that is too long ends in "...". */
void log_format(char *line, size_t size, const char *name, const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

/* The same without formatting: a component that logs nothing else does not contain the formatter. */
void kata_log_text(uint8_t level, const char *text);
void log_plain(char *line, size_t size, const char *name, const char *text);

/* A line that is complete, and not the component's own: nothing is put in front of it. */
void kata_log_line(uint8_t level, const char *line);

#define log_error(...) kata_log(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) kata_log(LOG_WARN, __VA_ARGS__)
#define log_info(...) kata_log(LOG_INFO, __VA_ARGS__)
#ifdef CONFIG_DEBUG_BUILD
#define log_debug(...) kata_log(LOG_DEBUG, __VA_ARGS__)
#define log_trace(...) kata_log(LOG_TRACE, __VA_ARGS__)
#else
#define log_debug(...) ((void)0)
#define log_trace(...) ((void)0)
#endif

#endif
