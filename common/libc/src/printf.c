/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* vsnprintf. Decimal numbers of 64 bits are divided in steps of 16 bits, so that no 64-bit division is linked. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct output {
    char *at;
    size_t room;  /* bytes that fit, without the NUL */
    size_t total; /* bytes there are */
};

struct spec {
    int width;
    int precision; /* < 0: none */
    bool left, zero;
    uint8_t longs; /* 0 int, 1 long or size_t, 2 long long */
};

static void put(struct output *o, char c)
{
    if (o->total++ < o->room) {
        *o->at++ = c;
    }
}

static void pad(struct output *o, char c, int n)
{
    while (n-- > 0) {
        put(o, c);
    }
}

/* Text with its sign or prefix, in the field that the specification asks for. */
static void put_field(struct output *o, const struct spec *s, const char *sign, const char *text, size_t n)
{
    int fill = s->width - (int)n - (int)strlen(sign);
    if (!s->left && !s->zero) {
        pad(o, ' ', fill);
    }
    while (*sign) {
        put(o, *sign++);
    }
    if (!s->left && s->zero) {
        pad(o, '0', fill);
    }
    while (n--) {
        put(o, *text++);
    }
    if (s->left) {
        pad(o, ' ', fill);
    }
}

/* A number as 16-bit parts, lowest first. */
union parts {
    uint64_t value;
    uint16_t part[4];
};

/* Divides by base; returns the remainder. */
static unsigned divide(union parts *p, unsigned base)
{
    unsigned rest = 0;
    for (int i = 3; i >= 0; i--) {
        rest = rest << 16 | p->part[i];
        p->part[i] = (uint16_t)(rest / base);
        rest %= base;
    }
    return rest;
}

static void put_number(struct output *o, const struct spec *s, uint64_t value, unsigned base, char ten, const char *sign)
{
    char digits[20];
    char *first = digits + sizeof digits;
    union parts p = { .value = value };
    do {
        unsigned digit = divide(&p, base);
        *--first = (char)(digit < 10 ? '0' + digit : (unsigned)ten + digit - 10);
    } while (p.value);
    put_field(o, s, sign, first, (size_t)(digits + sizeof digits - first));
}

static void put_text(struct output *o, struct spec *s, const char *text)
{
    s->zero = false;
    if (!text) {
        text = "(null)";
    }
    put_field(o, s, "", text, s->precision < 0 ? strlen(text) : strnlen(text, (size_t)s->precision));
}

/* Decimal digits, or * for the next argument. */
static int number(const char **format, va_list *arguments)
{
    int n = 0;
    if (**format == '*') {
        ++*format;
        return va_arg(*arguments, int);
    }
    while (**format >= '0' && **format <= '9') {
        n = n * 10 + *(*format)++ - '0';
    }
    return n;
}

static struct spec read_spec(const char **format, va_list *arguments)
{
    struct spec s = { .precision = -1 };
    for (;; ++*format) {
        if (**format == '-') {
            s.left = true;
        } else if (**format == '0') {
            s.zero = true;
        } else {
            break;
        }
    }
    s.width = number(format, arguments);
    if (**format == '.') {
        ++*format;
        s.precision = number(format, arguments);
    }
    for (;; ++*format) {
        if (**format == 'l') {
            s.longs++;
        } else if (**format == 'z') {
            s.longs = 1;
        } else if (**format != 'h') { /* smaller types arrive as int */
            return s;
        }
    }
}

static uint64_t unsigned_argument(const struct spec *s, va_list *arguments)
{
    return s->longs > 1 ? va_arg(*arguments, unsigned long long)
         : s->longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
}

static int64_t signed_argument(const struct spec *s, va_list *arguments)
{
    return s->longs > 1 ? va_arg(*arguments, long long) : s->longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
}

static void put_signed(struct output *o, const struct spec *s, int64_t value)
{
    put_number(o, s, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 'a', value < 0 ? "-" : "");
}

/* One conversion; an unknown one is put as it is. */
static void convert(struct output *o, struct spec *s, char conversion, va_list *arguments)
{
    char c = conversion;
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(o, s, signed_argument(s, arguments));
        break;
    case 'u':
        put_number(o, s, unsigned_argument(s, arguments), 10, 'a', "");
        break;
    case 'x':
    case 'X':
        put_number(o, s, unsigned_argument(s, arguments), 16, conversion == 'x' ? 'a' : 'A', "");
        break;
    case 'p':
        put_number(o, s, (uintptr_t)va_arg(*arguments, void *), 16, 'a', "0x");
        break;
    case 's':
        put_text(o, s, va_arg(*arguments, const char *));
        break;
    case 'c':
        c = (char)va_arg(*arguments, int);
        __attribute__((fallthrough));
    default:
        s->zero = false;
        put_field(o, s, "", &c, 1);
    }
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output o = { buffer, size ? size - 1 : 0, 0 };
    va_list rest;
    va_copy(rest, arguments);
    for (; *format; format++) {
        if (*format != '%') {
            put(&o, *format);
            continue;
        }
        format++;
        struct spec s = read_spec(&format, &rest);
        if (!*format) {
            break;
        }
        convert(&o, &s, *format, &rest);
    }
    va_end(rest);
    if (size) {
        *o.at = '\0';
    }
    return (int)o.total;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return n;
}
