/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Returns an error. */
#include "model.h"

int model_main(void)
{
    return 13;
}
