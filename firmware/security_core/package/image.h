/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <crypto.h>
#include <stdbool.h>
#include <stdint.h>

#include "../store/store.h"

/*
 * Images of packages as they lie in the store: in pieces, each with a tag that only this device can make, so that every byte that is read is
 * known to be the one that was checked when the package was installed, without another look at the signature. README.md has the bytes.
 */

enum {
    IMAGE_PIECE = 2048,         /* bytes of an image between two tags */
    IMAGE_TAG = 16,
    IMAGE_NUMBER = 12,
    IMAGE_ABOUT = 48,           /* what is said about an image behind its last piece, with a tag of its own */
};

enum image_flag { IMAGE_SIGNED = 1 };

/* What is known about an image. */
struct image_about {
    uint32_t size;              /* bytes */
    uint32_t version;           /* of a signed one; 0 */
    uint32_t flags;             /* enum image_flag */
    uint32_t manifest, manifest_size;   /* where its text is; size 0: there is none */
    uint8_t key_id[8];          /* of who signed it */
    uint8_t number[IMAGE_NUMBER];   /* of this installation: no other has it */
};

/* One that is being written to a stream of the store. */
struct image_writer {
    int stream;
    uint32_t fill, index;       /* bytes of the piece, its number */
    uint8_t number[IMAGE_NUMBER];
    struct crypto_sha256 hash;  /* of the piece */
};

/* Bytes that an image of size bytes takes in the store; 0: more than any store has. */
uint32_t image_stored(uint32_t size);

/* Functions return a core_error. */

/* Begins to write an image of about->size bytes as the object `id`, which is not there before the stream is committed; gives it its number. */
uint32_t image_begin(struct image_writer *writer, const struct store_id *id, struct image_about *about);
uint32_t image_add(struct image_writer *writer, const void *bytes, uint32_t n);
/* All bytes have been added; the stream is ready to be committed. */
uint32_t image_end(struct image_writer *writer, const struct store_id *id, const struct image_about *about);

/* What is known about an image in the store. *about is valid until the next call. */
uint32_t image_find(const struct store_id *id, const struct image_about **about);

/* Copies n bytes from offset on of the image that image_find has found last; they must lie in it. CORE_STORE_CORRUPT: some of them are not what they were. */
uint32_t image_read(uint32_t offset, void *to, uint32_t n);

/* storage_scratch has been used for something else. */
void image_forget(void);
