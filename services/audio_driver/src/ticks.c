/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "ticks.h"

/* us * 2 / 125, digit by digit: digits of 16 bits, whose intermediates fit into 32. */
uint32_t ticks_samples(uint64_t us)
{
    uint64_t twice = us * 2;
    uint32_t quotient = 0, rest = 0;
    for (int shift = 48; shift >= 0; shift -= 16) {
        uint32_t digits = rest << 16 | (uint32_t)(twice >> shift & 0xffff);
        quotient = quotient << 16 | digits / 125;
        rest = digits % 125;
    }
    return quotient;
}

uint32_t ticks_due(uint64_t start_us, uint64_t now_us, uint32_t next)
{
    return now_us < start_us ? next : ticks_samples(now_us - start_us);
}
