/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

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
