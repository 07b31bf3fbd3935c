/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 3.4, domain operations.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#define DOMAINS ((word_t)CONFIG_NUM_DOMAINS)
#define SCHEDULES ((word_t)CONFIG_NUM_DOMAIN_SCHEDULES)

static word_t set(word_t domain, word_t tcb)
{
    return invoke(seL4_CapDomain, DomainSetSet, LIST(tcb), LIST(domain));
}

static word_t configure(word_t index, word_t domain, uint64_t duration)
{
#if IS_64BIT
    return invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, duration));
#else
    return invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, (word_t)duration, (word_t)(duration >> 32)));
#endif
}

static word_t set_start(word_t index)
{
    return invoke(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(index));
}

TEST(domain, domain_0_can_be_set)
{
    EXPECT_OK(set(0, tcb_new()));
    EXPECT_OK(set(0, ROOT_TCB));
}

TEST(domain, unknown_domain_is_argument_0)
{
    EXPECT_IA(set(DOMAINS, tcb_new()), 0);
    EXPECT_IA(set(WORD_MAX, tcb_new()), 0);
    EXPECT_IA(invoke(seL4_CapDomain, DomainSetSet, NONE, LIST(DOMAINS)), 0); /* before the missing capability */
}

TEST(domain, other_objects_are_argument_1)
{
    EXPECT_IA(set(0, ROOT_CNODE), 1);
    EXPECT_IA(set(0, 0), 1);
}

TEST(domain, set_on_a_tcb_capability_is_illegal)
{
    EXPECT_IO(invoke(ROOT_TCB, DomainSetSet, LIST(ROOT_TCB), LIST(0)));
}

TEST(domain, schedule_configure_checks)
{
    EXPECT_RE(configure(SCHEDULES - 1, 0, 1), 0, SCHEDULES - 2);
    EXPECT_RE(configure(WORD_MAX, 0, 1), 0, SCHEDULES - 2);
    EXPECT_RE(configure(0, DOMAINS, 1), 0, DOMAINS - 1);
    EXPECT_IA(configure(0, 0, 1ull << 56), 2);
    EXPECT_IA(configure(0, 0, ~0ull), 2);
    EXPECT_IA(configure(0, 0, 0), 2); /* an end marker where the schedule starts */
    if (DOMAINS > 1) EXPECT_IA(configure(0, 1, 0), 1);
    EXPECT_OK(configure(0, 0, (1ull << 56) - 1));
}

TEST(domain, schedule_set_start_checks)
{
    EXPECT_RE(set_start(SCHEDULES), 0, SCHEDULES - 1);
    EXPECT_RE(set_start(WORD_MAX), 0, SCHEDULES - 1);
    EXPECT_IA(set_start(SCHEDULES - 1), 0); /* the last entry is an end marker */
    EXPECT_OK(set_start(0));
}
