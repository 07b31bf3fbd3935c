/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Lets harts 0 and 2 go, once per reset of the machine, if their images are the signed ones. Else they stay where they are, and the console
 * says why. */
void boot_release(void);

/* To be called at each wake-up: if they were not let go, the console says so again once in a while, for who comes later. */
void boot_remind(void);
