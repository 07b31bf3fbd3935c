// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Time conversion.
#include <sched/time.h>

// Schoolbook division with 16-bit digits: each step fits in a word of 32 bits, so no library routine is needed there.
uint64_t ticks_to_us(ticks_t ticks)
{
#if CONFIG_WORD_SIZE == 64
    return ticks / TICKS_PER_US;
#else
    const uint32_t divisor = (uint32_t)TICKS_PER_US;
    uint32_t high = (uint32_t)(ticks >> 32), low = (uint32_t)ticks;
    uint32_t quotient_high = high / divisor;
    uint32_t part = (high % divisor) << 16 | low >> 16;
    uint32_t quotient_middle = part / divisor;
    part = (part % divisor) << 16 | (low & 0xffffu);
    return (uint64_t)quotient_high << 32 | ((uint64_t)quotient_middle << 16) | (part / divisor);
#endif
}

_Static_assert(TICKS_PER_US * 1000000 == CONFIG_TIMER_FREQUENCY, "the timer counts whole microseconds");
_Static_assert(TICKS_PER_US < 65536, "the division above has 16-bit digits");
