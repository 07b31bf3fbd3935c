/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of MlCoordinatorInterface (interfaces/ml.idl4). */
enum ml_error {
    ML_SUCCESS,
    ML_INVALID_IMAGE,
    ML_INVALID_TIMER,
    ML_LOAD_MODEL_FAILED,
    ML_NO_MODEL_SLOTS_LEFT,
    ML_NO_SUCH_MODEL,
    ML_NO_OUTPUT_HEADER,
    ML_SERIALIZE_ERROR,
    ML_DESERIALIZE_ERROR,
    ML_UNKNOWN_ERROR,
    ML_NO_DEVICE,           /* the platform has no vector core */
    ML_BUSY,                /* the model runs, or the core is busy: to be asked again */
    ML_BAD_ARGUMENT,
};
