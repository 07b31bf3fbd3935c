/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/log.h>
#include <sel4/syscalls.h>

#ifdef CONFIG_DEBUG_BUILD
enum { HIGHEST_LEVEL = LOG_DEBUG };
#else
enum { HIGHEST_LEVEL = LOG_INFO };
#endif

uint8_t kata_log_muted;

extern const char camkes_name[];

/* Client stub of the logger connection, when there is one. */
__attribute__((weak)) void logger_log(uint8_t level, const char *msg);

void kata_log_line(uint8_t level, const char *line)
{
    if (logger_log) {
        logger_log(level, line);
        return;
    }
#ifdef CONFIG_PRINTING
    seL4_DebugPutString(line);
    seL4_DebugPutChar('\n');
#endif
}

void kata_vlog(uint8_t level, const char *format, va_list arguments)
{
    char line[LOG_LINE_SIZE];
    if (level + kata_log_muted <= HIGHEST_LEVEL) {
        log_format(line, sizeof line, camkes_name, format, arguments);
        kata_log_line(level, line);
    }
}

void kata_log_text(uint8_t level, const char *text)
{
    char line[LOG_LINE_SIZE];
    if (level + kata_log_muted <= HIGHEST_LEVEL) {
        log_plain(line, sizeof line, camkes_name, text);
        kata_log_line(level, line);
    }
}

void kata_log(uint8_t level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    kata_vlog(level, format, arguments);
    va_end(arguments);
}
