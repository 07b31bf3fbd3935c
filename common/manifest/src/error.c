/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <manifest/manifest.h>

static const char *const texts[MANIFEST_REASONS] = {
    [MANIFEST_TOO_LARGE] = "longer than 1024 bytes",
    [MANIFEST_BAD_CHARACTER] = "a character that is not printable ASCII",
    [MANIFEST_NO_EQUALS] = "not of the form key = value",
    [MANIFEST_UNKNOWN_KEY] = "unknown key",
    [MANIFEST_TWICE] = "a key that was given before",
    [MANIFEST_NO_VALUE] = "no value",
    [MANIFEST_BAD_NUMBER] = "not a number",
    [MANIFEST_OUT_OF_RANGE] = "number out of range",
    [MANIFEST_UNKNOWN_WORD] = "unknown word",
    [MANIFEST_BAD_NAME] = "not a name",
    [MANIFEST_TOO_MANY] = "too many words",
    [MANIFEST_BUDGET_LONGER] = "budget longer than the period",
    [MANIFEST_OTHER_NAME] = "name of another bundle",
};

const char *manifest_error_text(int error)
{
    unsigned reason = MANIFEST_ERROR_REASON(error);
    return error > 0 && reason > 0 && reason < MANIFEST_REASONS ? texts[reason] : "unknown error";
}
