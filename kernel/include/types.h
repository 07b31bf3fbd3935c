/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Basic types of the whole kernel. One source serves both word sizes: nothing here depends on the word size but word_t. */
#pragma once

#include <kernel/gen_config.h>
#include <sel4/invocation_gen.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A machine word: unsigned, as wide as a pointer. */
typedef unsigned long word_t;
typedef long sword_t;
/* Time in timer ticks since the hardware timer's zero. */
typedef uint64_t ticks_t;

#define WORD_BITS ((word_t)CONFIG_WORD_SIZE)
#define WORD_MAX (~(word_t)0)
#define BIT(n) ((word_t)1 << (n))
/* The low n bits set; n < WORD_BITS. */
#define MASK(n) (BIT(n) - 1u)

#define PURE __attribute__((pure))
#define NORETURN __attribute__((noreturn))
#define NOINLINE __attribute__((noinline))
#define COLD __attribute__((cold, noinline))
/* Used from assembly: survives the whole-program build. */
#ifdef __clang__
#define EXPORT __attribute__((used))
#else
#define EXPORT __attribute__((externally_visible))
#endif
#ifndef INLINE /* coverage: one copy of each */
#define INLINE static inline __attribute__((always_inline))
#endif
#define UNUSED __attribute__((unused))
/* Code and data that only boot needs; the linker script puts them in front, up to ki_boot_end, where they become untyped memory. */
#define BOOT_CODE __attribute__((section(".boot.text")))
#define BOOT_DATA __attribute__((section(".boot.data")))
/* Data that is hardly ever written: the linker script fills the page where the code ends with it. */
#define COLD_DATA __attribute__((section(".bss.cold")))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

_Static_assert(sizeof(word_t) == sizeof(void *), "a word holds a pointer");
_Static_assert(sizeof(word_t) * 8 == CONFIG_WORD_SIZE, "configured word size");
