/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Recurses until the stack runs into the guard page below it. */
#include <sdk.h>

static volatile unsigned deepest = 0xffffffff;

static unsigned descend(unsigned depth)
{
    volatile unsigned frame[32];
    frame[depth % 32] = depth;
    return depth < deepest ? descend(depth + 1) + frame[depth % 32] : 0;
}

int main(void)
{
    sdk_log("overflow::going down");
    return (int)descend(0);
}
