/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Locks, until the machine's reset: code of the firmware can be read and executed, its constants be read, all other memory be read and
 * written; nothing but the code be executed, and nothing be done at address 0. */
void pmp_lock(void);
