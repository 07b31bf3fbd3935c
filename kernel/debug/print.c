// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// The kernel console: a small formatter over arch_putchar().
#include <debug/debug.h>

#include <api/fault.h>
#include <arch.h>
#include <stdarg.h>

#ifdef CONFIG_PRINTING
// Where output goes: as much as fits there, or, if NULL, the console.
static char *text_at, *text_end;

static void print_char(char c)
{
    if (text_at == NULL)
        arch_putchar(c);
    else if (text_at < text_end)
        *text_at++ = c;
}

char *print_to(char *at, char *end)
{
    char *was = text_at;
    text_at = at;
    text_end = end;
    return was;
}

static void print_string(const char *s)
{
    for (; *s != '\0'; s++)
        print_char(*s);
}

static void print_number(word_t value, word_t base)
{
    char digits[24];
    unsigned n = sizeof digits;
    digits[--n] = '\0';
    do {
        digits[--n] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    print_string(&digits[n]);
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (; *format != '\0'; format++) {
        char c[2] = {*format, '\0'};
        if (*format != '%') {
            print_string(c);
            continue;
        }
        bool is_word = *++format == 'l';
        format += is_word;
        switch (*format) {
        case 's':
            print_string(va_arg(args, const char *));
            break;
        case 'c':
            c[0] = (char)va_arg(args, int);
            print_string(c);
            break;
        case 'u':
        case 'd':
        case 'x':
            print_number(is_word ? va_arg(args, word_t) : va_arg(args, unsigned), *format == 'x' ? 16 : 10);
            break;
        default:
            c[0] = *format;
            print_string(c);
        }
    }
    va_end(args);
}
#endif

#ifdef CONFIG_DEBUG_BUILD
COLD NORETURN void kassert_failed(const char *condition, const char *file, unsigned line)
{
    kprintf("kernel assertion failed: %s (%s:%u)\n", condition, file, line);
    arch_halt();
}

void fault_print(const tcb_t *t)
{
    const struct fault *f = &t->fault;
    const word_t *reg = t->context.reg;
    static const char *const names[] = {"none", "capability fault", "unknown system call", "user exception", "debug exception",
                                        "timeout", "VM fault"};
    kprintf("<<kernel: %s: %s without handler at pc 0x%lx, sp 0x%lx", t->name, names[f->type], reg[REG_PC], reg[REG_SP]);
    if (f->type == seL4_Fault_VMFault)
        kprintf(", address 0x%lx, code %lu", f->u.vm.address, f->u.vm.fsr);
    else if (f->type == seL4_Fault_CapFault)
        kprintf(", capability 0x%lx%s, lookup failure %lu", f->u.cap.address, f->u.cap.in_receive ? " (receiving)" : "",
                f->u.cap.lookup.type);
    else
        kprintf(", number %lu", f->u.user.number);
    kprintf(">>\n");
}
#else
void fault_print(const tcb_t *t)
{
    (void)t;
}
#endif
