/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* No include guard: assert follows NDEBUG at each inclusion. */
#undef assert

_Noreturn void sdk_assert_failed(const char *expression, const char *file, int line);

#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
/* Logs the failed expression with its place and aborts. */
#define assert(expression) ((expression) ? (void)0 : sdk_assert_failed(#expression, __FILE__, __LINE__))
#endif

#undef static_assert
#define static_assert _Static_assert
