/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the requests about the machine that was started need: here, there is none. */
#include "boot/measure.h"
#include "dispatch.h"

struct boot_measured boot_measured;

uint32_t handle_attest(struct request *request)
{
    (void)request;
    return CORE_NOT_SUPPORTED;
}

uint32_t handle_boot_ok(struct request *request)
{
    (void)request;
    return CORE_NOT_SUPPORTED;
}
