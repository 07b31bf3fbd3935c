/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Results of TimerInterface (interfaces/timer.idl4). */
enum timer_service_error {
    TIMER_SUCCESS,
    TIMER_NO_SUCH_TIMER,        /* id above 31, or nothing to cancel */
    TIMER_ALREADY_EXISTS,       /* id is running */
    TIMER_DESERIALIZE_FAILED,
    TIMER_SERIALIZE_FAILED,
    TIMER_UNKNOWN_ERROR,        /* a period of 0 ms */
    TIMER_OUT_OF_RESOURCES,     /* more clients than the service has tables for */
};
