/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Time-out of a read that does not wait at all. */
#define UART_NO_WAIT 0xffffffffu

/* Results of UartInterface (interfaces/uart.idl4); numbers of the original's later tree. */
enum uart_driver_error {
    UART_SUCCESS,
    UART_SERIALIZE_FAILED,
    UART_DESERIALIZE_FAILED,
    UART_BAD_LIMIT,     /* read of 0 bytes */
    UART_UNKNOWN_ERROR,
    UART_READ_FAILED,   /* another read is waiting, or there is no timer for the time-out */
    UART_WRITE_FAILED,  /* another write is waiting */
    UART_FLUSH_FAILED,  /* another flush or change of mode is waiting */
    UART_NO_SUCH_SOURCE,/* no such component logs */
};
