/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Requests about what was started. */

#include "../boot/measure.h"
#include "../dispatch.h"

/* Names nothing: it is about what this machine was started with. */
uint32_t handle_boot_ok(struct request *request)
{
    return request->size == 0 ? boot_confirm() : (uint32_t)CORE_DESERIALIZE_FAILED;
}
