/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kit.h"

/* Groups of tests: each returns how many failed. */
int arguments_tests(void);
int install_tests(void);
int package_tests(void);
int key_tests(void);
int damage_tests(void);

/* Set-up and tear-down of each test: a machine with an empty flash; in with_demo the application "demo" is installed. */
int begin(void **state);
int with_demo(void **state);
int end(void **state);
#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define WITH_DEMO(test) cmocka_unit_test_setup_teardown(test, with_demo, end)

/* "demo" of version 5 with a manifest, and place for others. */
#define MANIFEST "name = demo\n"
extern struct package demo, other;
void make_demo(struct package *package, uint32_t version, uint32_t bytes);
