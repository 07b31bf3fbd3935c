/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Host tool: says what the target would say to bundles. bundle-check FILE... prints "file<TAB>message". */
#include <bundle/bundle.h>
#include <stdio.h>
#include <stdlib.h>

static int read_file(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    FILE *file = ctx;
    return fseek(file, (long)offset, SEEK_SET) == 0 && fread(buf, 1, len, file) == len ? 0 : -1;
}

static BundleError check(const char *path)
{
    char scratch[1000];
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    struct bundle_source source = { read_file, file, (uint32_t)ftell(file) };
    BundleError error = bundle_validate(&source, &bundle_app_rules, scratch, sizeof scratch, NULL);
    fclose(file);
    return error;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        BundleError error = check(argv[i]);
        printf("%s\t%s\n", argv[i], bundle_error_text(error));
        bad |= error != BUNDLE_OK;
    }
    return bad;
}
