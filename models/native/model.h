/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* For native models: where variables lie. Everything else is static data, which is as the image says at the first run after a load, and as the last run
 * has left it later. */

#define MODEL_INPUT __attribute__((section(".input"), used))
#define MODEL_OUTPUT __attribute__((section(".output"), used))
#define MODEL_TEMPORARY __attribute__((section(".temporary"), used))   /* zeros at the beginning of each run */

/* The run. What it returns is the return code; 0 is success. */
int model_main(void);
