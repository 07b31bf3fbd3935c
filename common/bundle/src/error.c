/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <bundle/bundle.h>

static const char *const text[BUNDLE_ERRORS] = {
    [BUNDLE_OK] = "image is valid",
    [BUNDLE_EMPTY] = "image is empty",
    [BUNDLE_READ_FAILED] = "image could not be read",
    [BUNDLE_TRUNCATED_HEADER] = "truncated section header",
    [BUNDLE_TRUNCATED_DATA] = "truncated section data",
    [BUNDLE_MISSING_SECTION] = "truncated image: a section is missing",
    [BUNDLE_BAD_MAGIC] = "wrong magic number",
    [BUNDLE_BAD_CRC] = "wrong CRC",
    [BUNDLE_WRONG_TYPE] = "wrong type of image",
    [BUNDLE_BAD_FLAGS] = "bad section flags",
    [BUNDLE_BAD_ALIGNMENT] = "alignment is not a power of two",
    [BUNDLE_MEMORY_SMALLER] = "section memory smaller than its data",
    [BUNDLE_ABSURD_SIZE] = "absurd section size",
    [BUNDLE_WRAPS] = "section wraps around the address space",
    [BUNDLE_ZERO_PAGE] = "section in the zero page",
    [BUNDLE_KERNEL_ADDRESS] = "section at a kernel address",
    [BUNDLE_OUTSIDE_USER] = "section outside the space for applications",
    [BUNDLE_UNSORTED] = "sections not sorted",
    [BUNDLE_OVERLAP] = "sections overlap",
    [BUNDLE_SHARED_PAGE] = "sections with different rights share a page",
    [BUNDLE_WRITE_EXECUTE] = "section both writable and executable",
    [BUNDLE_TOO_MANY_SECTIONS] = "too many sections",
    [BUNDLE_TRAILING_GARBAGE] = "garbage behind the last section",
    [BUNDLE_NO_TEXT] = "no executable section",
    [BUNDLE_NO_ENTRY] = "no entry point",
    [BUNDLE_DUPLICATE_ENTRY] = "more than one entry point",
    [BUNDLE_ENTRY_OUTSIDE_TEXT] = "entry point outside the text",
    [BUNDLE_ENTRY_MISALIGNED] = "entry point misaligned",
    [BUNDLE_BAD_MANIFEST] = "bad manifest section",
    [BUNDLE_BAD_SIGNATURE_SECTION] = "malformed signature section",
    [BUNDLE_UNSIGNED] = "image is not signed",
    [BUNDLE_UNKNOWN_KEY] = "signed with an unknown key",
    [BUNDLE_BAD_SIGNATURE] = "wrong signature",
    [BUNDLE_WRONG_NAME] = "signed for another name",
    [BUNDLE_ROLLED_BACK] = "version lower than one installed before",
    [BUNDLE_WRONG_HASH] = "section is not the signed one",
};

const char *bundle_error_text(int error)
{
    return error >= 0 && error < BUNDLE_ERRORS ? text[error] : "unknown image error";
}
