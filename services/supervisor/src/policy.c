/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "policy.h"

uint32_t policy_death(struct policy *p, uint32_t limit, uint32_t window, uint32_t now)
{
    if (p->used == limit) {
        uint32_t age = now - p->stamps[p->next];
        if (age < window) {
            return window - age;
        }
    } else {
        p->used++;
    }
    p->stamps[p->next] = now;
    p->next = (uint8_t)(p->next + 1u == limit ? 0 : p->next + 1);
    return 0;
}
