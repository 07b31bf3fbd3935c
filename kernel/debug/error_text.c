// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Refusals of invocations in words, for those who look for their cause.
#include <debug/error_text.h>

#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cap.h>

#if defined(CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC) || defined(CONFIG_PRINT_INVOCATION_ERRORS)
static const char *const error_names[] = {
    [seL4_NoError] = "no error",
    [seL4_InvalidArgument] = "invalid argument",
    [seL4_InvalidCapability] = "invalid capability",
    [seL4_IllegalOperation] = "illegal operation",
    [seL4_RangeError] = "argument out of range",
    [seL4_AlignmentError] = "address not aligned",
    [seL4_FailedLookup] = "lookup failed",
    [seL4_TruncatedMessage] = "message too short",
    [seL4_DeleteFirst] = "destination occupied",
    [seL4_RevokeFirst] = "still in use",
    [seL4_NotEnoughMemory] = "not enough memory",
};

static void print_lookup_failure(void)
{
    static const char *const names[] = {"", "invalid root", "missing capability", "depth mismatch", "guard mismatch"};
    const struct lookup_failure *f = &ks.lookup_failure;
    kprintf(" of the %s: %s", ks.error.arg[0] ? "source" : "destination", names[f->type]);
    if (f->type != seL4_InvalidRoot)
        kprintf(", %lu bits left", f->bits_left);
}

static void print_error(const struct invocation *inv)
{
    kprintf("label %lu, capability type %lu: %s", inv->label, cap_tag(inv->cap), error_names[ks.error.code]);
    switch (ks.error.code) {
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
        kprintf(" %lu", ks.error.arg[0]);
        break;
    case seL4_RangeError:
        kprintf(" %lu..%lu", ks.error.arg[0], ks.error.arg[1]);
        break;
    case seL4_NotEnoughMemory:
        kprintf(", %lu bytes left", ks.error.arg[0]);
        break;
    case seL4_FailedLookup:
        print_lookup_failure();
        break;
    default:
        break;
    }
}
#endif

#ifdef CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC
#define TEXT_MR 6u
#define TEXT_WORDS 50u

static word_t put_text(const struct invocation *inv)
{
    word_t *buffer = tcb_ipc_buffer(ks.current, true);
    if (buffer == NULL)
        return 0;
    char *text = (char *)&buffer[BUFFER_MR(TEXT_MR)];
    print_to(text, text + TEXT_WORDS * sizeof(word_t) - 1);
    print_error(inv);
    char *end = print_to(NULL, NULL);
    *end = '\0';
    return (word_t)(end - text) / sizeof(word_t) + 1;
}
#endif

#if defined(CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC) || defined(CONFIG_PRINT_INVOCATION_ERRORS)
word_t error_report(const struct invocation *inv)
{
    word_t words = 0;
    if (!(inv->flags & INVOKE_CALL))
        return 0;
#ifdef CONFIG_PRINT_INVOCATION_ERRORS
    kprintf("<<kernel: ");
    print_error(inv);
    kprintf(">>\n");
#endif
#ifdef CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC
    words = put_text(inv);
#endif
    return words;
}
#endif
