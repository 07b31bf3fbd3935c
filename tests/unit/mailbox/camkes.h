/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What the composer generates for MailboxDriver, as far as its port of the virt machine uses it. */

#include <stdint.h>

extern volatile uint8_t fifo[4096], bell_out[4096], bell_in[4096];
