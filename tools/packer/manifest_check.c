/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Host tool: says what the target would say to a manifest. manifest-check BUNDLE FILE is silent, or prints "FILE:LINE: why" and
 * fails. */
#include <manifest/manifest.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static char text[MANIFEST_MAX + 1];
    struct manifest manifest;
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, argc == 3 ? "manifest-check: cannot read %s\n" : "usage: %s BUNDLE FILE\n", argv[argc == 3 ? 2 : 0]);
        return 2;
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    int error = manifest_check(&manifest, text, length, argv[1]);
    if (error != 0)
        fprintf(stderr, "%s:%u: %s\n", argv[2], MANIFEST_ERROR_LINE(error), manifest_error_text(error));
    return error != 0;
}
