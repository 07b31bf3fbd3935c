/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#ifndef SDK_STDLIB_H
#define SDK_STDLIB_H

#include_next <stdlib.h>

#include <stddef.h>

/* Memory of the application's heap (sdk_set_heap), which grows as needed up to the quota of its manifest. Addresses are multiples
 * of 16. NULL: the quota or the system's memory is used up. An application that calls sdk_set_heap itself cannot use these. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

/* Ends the application: `status` shows "Exited (code N)". Returning from main does the same with main's result. */
_Noreturn void exit(int code);

/* Ends it with code SDK_EXIT_ABORT. */
_Noreturn void abort(void);

#endif
