/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Errors of SupervisorInterface and SupervisorReportInterface. */
enum supervisor_error {
    SUPERVISOR_SUCCESS = 0,
    SUPERVISOR_NO_SUCH_SERVICE = 1,
    SUPERVISOR_NOT_AVAILABLE = 2,
    SUPERVISOR_BAD_ARGUMENT = 3,
};

/* State of a service. */
enum supervisor_state {
    SUPERVISOR_RUNNING = 0,
    SUPERVISOR_REFUSING = 1,
};
