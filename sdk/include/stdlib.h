/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#ifndef SDK_STDLIB_H
#define SDK_STDLIB_H

#include_next <stdlib.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

/* Ends the application: `status` shows "Exited (code N)". Returning from main does the same with main's result. */
_Noreturn void exit(int code);

/* Ends it with code SDK_EXIT_ABORT. */
_Noreturn void abort(void);

#endif
