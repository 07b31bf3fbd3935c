/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <model/model.h>

/* The names in one string, in number order: smaller than a table of pointers. */
static const char names[] = "NoError\0InvalidArgument\0InvalidCapability\0IllegalOperation\0RangeError\0AlignmentError\0"
                            "FailedLookup\0TruncatedMessage\0DeleteFirst\0RevokeFirst\0NotEnoughMemory\0unknown error";

const char *model_error_name(seL4_Error error)
{
    const char *name = names;
    unsigned number = (unsigned)error < seL4_NumErrors ? (unsigned)error : seL4_NumErrors;
    while (number--) {
        while (*name++) {
        }
    }
    return name;
}
