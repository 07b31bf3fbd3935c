/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* CRC-32 (reflected polynomial 0xEDB88320, as in Ethernet, zip and ZMODEM). */
#ifndef KATA_CRC32_H
#define KATA_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC of what came before (0 for nothing) continued by n bytes. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t n);

#endif
