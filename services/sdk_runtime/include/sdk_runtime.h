/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <kata/sdk_abi.h>
#include <stdint.h>

/* Errors of SDKManagerInterface. Those of applications' requests are in kata/sdk_abi.h. */
enum SDKManagerError {
    SDKM_SUCCESS = 0,
    SDKM_DESERIALIZE_FAILED,
    SDKM_SERIALIZE_FAILED,
    SDKM_APP_ID_INVALID,
    SDKM_GET_ENDPOINT_FAILED,
    SDKM_RELEASE_ENDPOINT_FAILED,
    SDKM_UNKNOWN_ERROR,
};

#define SDK_MAX_APPS   16u          /* applications that are registered at a time */
#define SDK_APP_ID_MAX 0xffffffu
#define SDK_PEERS_MAX  8u
#define SDK_MODELS_MAX 4u

/* How the ProcessManager introduces an application: the beginning of its record, a frame of which SDKRuntime uses the rest. The
 * record is part of the application's own memory, mapped in SDKRuntime alone: it comes and goes with the application, and
 * survives a restart of SDKRuntime. */
struct sdk_app_config {
    uint32_t app_id;
    uint8_t permissions;                            /* SDK_MAY_... */
    uint8_t quota_timers, quota_keys;
    uint8_t reserved;
    char name[SDK_NAME_MAX + 1];                    /* bundle id */
    char peers[SDK_PEERS_MAX][SDK_NAME_MAX + 1];    /* applications that it exchanges messages with; empty names behind the last */
    char models[SDK_MODELS_MAX][SDK_NAME_MAX + 1];  /* that it may run */
};
