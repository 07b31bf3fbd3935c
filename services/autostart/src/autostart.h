/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The commands of autostart.repl, where there is no console. A subset of the console's, with the same meaning:
 *   install FILE   start BUNDLE [WORD...]   stop BUNDLE   uninstall BUNDLE   sleep MILLISECONDS   shutdown [CODE]
 * and one more: wait BUNDLE CODE   fails unless the bundle exits with that code within ten seconds. `$?` is the result of the last
 * command: 0 done, 1 failed, 2 not understood. */

enum { DONE, FAILED, NOT_UNDERSTOOD, MAX_WORDS = 12 };

/* Runs a line that is split into words. */
int run_command(int words, char *word[]);
