/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* An application's image as it is stored, and what it needs in memory. */
#include <bundle/bundle.h>
#include <manifest/manifest.h>
#include <model/geometry.h>

struct image {
    const char *name;           /* bundle id */
    struct bundle_source source;
    struct bundle_info info;
    struct bundle_section sections[BUNDLE_MAX_SECTIONS];
    uint32_t crc[BUNDLE_MAX_SECTIONS];  /* of the data of each that was loaded so far */
    struct manifest manifest;
    char text[MANIFEST_MAX];    /* of the manifest */
};

/* Where things lie above the image: guard page, stack, guard page, the page of the IPC buffer, guard page, heap. */
struct layout {
    uint32_t stack, stack_top;
    uint32_t ipc_buffer;
    uint32_t heap;
    uint32_t pages;             /* of image and stack */
    uint32_t tables;            /* page tables below the root */
};

/* Looks at a stored image and its manifest: ProcessManagerError, BUNDLE_ERROR_BASE + BundleError or a MANIFEST_ERROR. The name
 * must stay valid as long as the image is used. */
int image_open(struct image *image, const char *name);

/* Looks at the first n bytes of an image of `size` bytes that is being installed as `name`: the error of its manifest, if that is there already;
 * PM_SUCCESS otherwise. Uses the memory of the image. */
int image_check_beginning(struct image *image, const char *name, const uint8_t *bytes, size_t n, uint32_t size);

/* False: there is no room for stack and buffer between the image and the end of the address space. */
bool image_layout(const struct image *image, const struct model_paging *paging, struct layout *layout);

/* Loading: the target gives a zeroed page of memory after the other, in the order of their addresses. */
struct load_target {
    /* Makes a fresh page writable and returns its address here, or NULL. */
    uint8_t *(*open)(void *ctx);
    /* Puts a page at vaddr of the application: the one opened, or a fresh one of zeros. False: no memory. */
    bool (*place)(void *ctx, uint32_t vaddr, uint32_t rights);
    void *ctx;
};

/* Loads all sections and checks their CRCs: PM_SUCCESS, PM_START_FAILED (the target failed), or BUNDLE_ERROR_BASE + error. */
int image_load(struct image *image, const struct load_target *target);

/* ProcessManagerError for one of SecurityCoordinatorInterface; refused images pass as they are. */
int error_from_security(int error);
