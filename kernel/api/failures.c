// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Recording errors. Out of line on purpose: these are the cold ends of all decoders.
#include <state.h>

struct kernel_state ks EXPORT;

COLD outcome_t fail(word_t code)
{
    ks.error.code = code;
    return FAILED;
}

COLD outcome_t fail_argument(word_t number)
{
    ks.error.arg[0] = number;
    return fail(seL4_InvalidArgument);
}

COLD outcome_t fail_capability(word_t number)
{
    ks.error.arg[0] = number;
    return fail(seL4_InvalidCapability);
}

COLD outcome_t fail_range(word_t min, word_t max)
{
    ks.error.arg[0] = min;
    ks.error.arg[1] = max;
    return fail(seL4_RangeError);
}

COLD outcome_t fail_memory(word_t available)
{
    ks.error.arg[0] = available;
    return fail(seL4_NotEnoughMemory);
}

COLD outcome_t fail_lookup(bool source)
{
    ks.error.arg[0] = source;
    return fail(seL4_FailedLookup);
}

COLD outcome_t fail_lookup_root(bool source)
{
    ks.lookup_failure.type = seL4_InvalidRoot;
    return fail_lookup(source);
}

COLD outcome_t fail_lookup_missing(bool source, word_t bits_left)
{
    ks.lookup_failure.type = seL4_MissingCapability;
    ks.lookup_failure.bits_left = bits_left;
    return fail_lookup(source);
}
