/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Mbed TLS includes this header for static_assert. The firmware has no assertions at run time, and none of what is compiled of Mbed
 * TLS has any: a use of assert() would not compile. */
#undef static_assert
#define static_assert _Static_assert
