/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Error numbers as names: the enumerations of the interfaces, in their order (interfaces/ and the original's). Each list
 * is one string, which needs no table of pointers.
 */
#include "console.h"

#include <stdio.h>
#include <string.h>

#include <bundle/bundle.h>
#include <manifest/manifest.h>

/* What has no name in the original says what is the matter. */
#define STORE_SENTENCES "the flash is full\0the flash is worn out\0the flash is damaged\0there is no flash that this system can use\0"
#define CORE_SENTENCES "there are no random numbers\0the security core does not answer\0the security core has started again, try once more\0"

static const char process_names[] =
    "Success\0BundleIdInvalid\0PackageBufferLenInvalid\0BundleNotFound\0BundleFound\0BundleRunning\0BundleNotRunning\0"
    "UnknownError\0DeserializeError\0SerializeError\0ObjCapInvalid\0InstallFailed\0UninstallFailed\0StartFailed\0"
    "StopFailed\0SuspendFailed\0ResumeFailed\0CapScanFailed\0QuotaExceeded\0NoMemory\0ServiceRestarted\0" STORE_SENTENCES
    "there are as many packages as there may be\0another installation is under way\0" CORE_SENTENCES;

static const char security_names[] =
    "Success\0BundleIdInvalid\0BundleDataInvalid\0BundleNotFound\0DeleteFirst\0KeyNotFound\0PackageBufferLenInvalid\0"
    "ValueInvalid\0KeyInvalid\0DeserializeFailed\0SerializeFailed\0CapAllocFailed\0CapMoveFailed\0ObjCapInvalid\0"
    "UnknownError\0EchoFailed\0InstallFailed\0UninstallFailed\0SizeBufferFailed\0GetManifestFailed\0LoadApplicationFailed\0"
    "LoadModelFailed\0InstallModelFailed\0GetPackagesFailed\0ReadFailed\0WriteFailed\0DeleteFailed\0TestFailed\0" STORE_SENTENCES
    "the bundle has as many keys as it may have\0another installation is under way\0" CORE_SENTENCES;

static const char memory_names[] =
    "Success\0SerializeFailed\0DeserializeFailed\0ObjCountInvalid\0ObjTypeInvalid\0ObjCapInvalid\0CapAllocFailed\0"
    "UnknownError\0AllocFailed\0FreeFailed\0QuotaExceeded\0";

static const char timer_names[] =
    "Success\0NoSuchTimer\0TimerAlreadyExists\0DeserializeFailed\0SerializeFailed\0UnknownError\0OutOfResources\0";

static const char ml_names[] =
    "Success\0InvalidImage\0InvalidTimer\0LoadModelFailed\0NoModelSlotsLeft\0NoSuchModel\0NoOutputHeader\0SerializeError\0"
    "DeserializeError\0UnknownError\0NoDevice\0Busy\0BadArgument\0";

static const char supervisor_names[] = "Success\0NoSuchService\0NotAvailable\0BadArgument\0";

/* The error-th of the names; they end with an empty one. */
static const char *pick(const char *names, int error)
{
    if (error < 0 && camkes_server_restarted())
        return "ServiceRestarted";
    if (error < 0)
        return "an argument is too long";       /* or does not fit together with the others: the only other way not to get through */
    for (; error > 0 && *names != '\0'; error--)
        names += strlen(names) + 1;
    return *names != '\0' ? names : "UnknownError";
}

const char *process_error(int error)
{
    static char manifest[64];

    if (MANIFEST_IS_ERROR(error)) {
        snprintf(manifest, sizeof(manifest), "manifest line %u: %s", MANIFEST_ERROR_LINE(error), manifest_error_text(error));
        return manifest;
    }
    return error > BUNDLE_ERROR_BASE ? bundle_error_text(error - BUNDLE_ERROR_BASE) : pick(process_names, error);
}

const char *security_error(int error)
{
    return pick(security_names, error);
}

const char *memory_error(int error)
{
    return pick(memory_names, error);
}

const char *timer_error(int error)
{
    return pick(timer_names, error);
}

const char *ml_error(int error)
{
    return pick(ml_names, error);
}

const char *supervisor_error(int error)
{
    return pick(supervisor_names, error);
}
