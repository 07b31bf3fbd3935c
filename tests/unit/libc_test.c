/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Our C library against the host's, under other names. */
#define _DEFAULT_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define memcpy kata_memcpy
#define memmove kata_memmove
#define memset kata_memset
#define memcmp kata_memcmp
#define strlen kata_strlen
#define strnlen kata_strnlen
#define strcmp kata_strcmp
#define strncmp kata_strncmp
#define strchr kata_strchr
#define strrchr kata_strrchr
#define strlcpy kata_strlcpy
#define strtoul kata_strtoul
#define atoi kata_atoi
#define vsnprintf kata_vsnprintf
#define snprintf kata_snprintf
size_t kata_strlen(const char *s);
size_t kata_strnlen(const char *s, size_t max);
int kata_strncmp(const char *a, const char *b, size_t n);
int kata_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments);
unsigned long kata_strtoul(const char *text, char **end, int base);
#include "../../common/libc/src/mem.c"
#undef WORD
#include "../../common/libc/src/number.c"
#include "../../common/libc/src/printf.c"
#include "../../common/libc/src/str.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr
#undef strtoul
#undef atoi
#undef snprintf

static int sign(int n) { return (n > 0) - (n < 0); }

static void memory_functions(void **state)
{
    (void)state;
    srand(4);
    for (int round = 0; round < 5000; round++) {
        unsigned char a[64], b[64];
        for (size_t i = 0; i < sizeof a; i++) {
            a[i] = b[i] = (unsigned char)(rand() % 3);
        }
        size_t to = (size_t)rand() % 32, from = (size_t)rand() % 32, n = (size_t)rand() % 32;
        assert_int_equal(sign(kata_memcmp(a + to, a + from, n)), sign(memcmp(a + to, a + from, n)));
        switch (rand() % 3) {
        case 0:
            assert_ptr_equal(kata_memmove(a + to, a + from, n), a + to);
            memmove(b + to, b + from, n);
            break;
        case 1:
            kata_memcpy(a + to % 16, a + 32 + from % 16, n % 16);
            memcpy(b + to % 16, b + 32 + from % 16, n % 16);
            break;
        default:
            kata_memset(a + to, round, n);
            memset(b + to, round, n);
        }
        assert_memory_equal(a, b, sizeof a);
    }
}

static void string_functions(void **state)
{
    (void)state;
    static const char *const s[] = { "", "a", "ab", "abc", "abd", "b", "\xff" };
    for (int i = 0; i < 7; i++) {
        for (int j = 0; j < 7; j++) {
            assert_int_equal(sign(kata_strcmp(s[i], s[j])), sign(strcmp(s[i], s[j])));
            assert_int_equal(sign(kata_strncmp(s[i], s[j], 2)), sign(strncmp(s[i], s[j], 2)));
        }
        assert_int_equal(kata_strlen(s[i]), strlen(s[i]));
        assert_int_equal(kata_strnlen(s[i], 2), strnlen(s[i], 2));
    }
    const char *path = "a/b/c";
    assert_ptr_equal(kata_strchr(path, '/'), path + 1);
    assert_ptr_equal(kata_strrchr(path, '/'), path + 3);
    assert_ptr_equal(kata_strchr(path, 0), path + 5);
    assert_ptr_equal(kata_strrchr(path, 0), path + 5);
    assert_null(kata_strchr(path, 'x'));
    assert_null(kata_strrchr(path, 'x'));
}

static void copies_are_cut(void **state)
{
    (void)state;
    char *dst = malloc(4);
    assert_int_equal(kata_strlcpy(dst, "abc", 4), 3);
    assert_string_equal(dst, "abc");
    assert_int_equal(kata_strlcpy(dst, "abcdef", 4), 6);
    assert_string_equal(dst, "abc");
    assert_int_equal(kata_strlcpy(dst, "", 4), 0);
    assert_string_equal(dst, "");
    assert_int_equal(kata_strlcpy(NULL, "abc", 0), 3);
    free(dst);
}

static void numbers(void **state)
{
    (void)state;
    static const char *const texts[] = { "0", "12", " \t7x", "0x1F", "0x", "017", "08", "abc", "", "99999999999999999999999", "18446744073709551615", "zz" };
    static const int bases[] = { 0, 10, 16, 8, 36 };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
            char *ours, *theirs;
            assert_int_equal(kata_strtoul(texts[i], &ours, bases[b]), strtoul(texts[i], &theirs, bases[b]));
            assert_ptr_equal(ours, theirs);
        }
        if (strlen(texts[i]) < 9) {
            assert_int_equal(kata_atoi(texts[i]), atoi(texts[i]));
        }
    }
    assert_int_equal(kata_atoi("-42"), -42);
    assert_int_equal(kata_atoi("+42"), 42);
    assert_int_equal(kata_atoi("--1"), 0);
}

/* The same text and length as the host's, at every size of the buffer. */
#define SAME(...) \
    do { \
        char theirs[128]; \
        int length = snprintf(theirs, sizeof theirs, __VA_ARGS__); \
        for (size_t size = 0; size <= (size_t)length + 2; size++) { \
            char *ours = malloc(size + 1); \
            memset(ours, '#', size + 1); \
            snprintf(theirs, size, __VA_ARGS__); \
            assert_int_equal(kata_snprintf(ours, size, __VA_ARGS__), length); \
            if (size) { \
                assert_string_equal(ours, theirs); \
            } \
            assert_int_equal(ours[size], '#'); \
            free(ours); \
        } \
    } while (0)

static void formats(void **state)
{
    (void)state;
    SAME("plain");
    SAME("%d %i %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%u %x %X", UINT_MAX, 0xbeefu, 0xbeefu);
    SAME("%lu %llu %lx %llx", ULONG_MAX, ULLONG_MAX, 0x123456789abcdefUL, 0x123456789abcdefULL);
    SAME("%ld %lld", LONG_MIN, LLONG_MIN);
    SAME("%zu|%hhu|%hu", (size_t)12345678, 255, 65535);
    SAME("%5d|%-5d|%05d|%5u", -42, -42, -42, 7u);
    SAME("%08lx|%-8x|%2x", 0xabcUL, 0xabcu, 0xabcu);
    SAME("%s|%10s|%-10s|%.2s|%.0s|%10.1s", "text", "text", "text", "text", "text", "text");
    SAME("%*d|%-*d|%.*s", 6, 1, 6, 1, 3, "abcdef");
    SAME("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
    SAME("100%%");
    SAME("%p", (void *)0x1234);
    SAME("%10llu|%-10llu|%020llu", 1234567890123ULL, 5ULL, 10000000000000000000ULL);
}

static void odd_formats(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(kata_snprintf(text, sizeof text, "%s", (const char *)NULL), 6);
    assert_string_equal(text, "(null)");
    const char *cut = "a%", *unknown = "%q";
    assert_int_equal(kata_snprintf(text, sizeof text, cut), 1);
    assert_string_equal(text, "a");
    assert_int_equal(kata_snprintf(text, sizeof text, unknown), 1);
    assert_string_equal(text, "q");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_functions), cmocka_unit_test(string_functions), cmocka_unit_test(copies_are_cut),
        cmocka_unit_test(numbers),          cmocka_unit_test(formats),          cmocka_unit_test(odd_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
