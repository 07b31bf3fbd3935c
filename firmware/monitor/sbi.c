// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

/* The supervisor binary interface (RISC-V SBI specification 1.0): the legacy calls that early kernels use, and the BASE,
 * TIME and SRST extensions. a7 is the extension, a6 the function, a0.. the arguments. */

#include <kernel/gen_config.h>
#include <platform_gen.h>

#include "csr.h"
#include "monitor.h"

enum sbi_extension {
    SBI_LEGACY_SET_TIMER = 0,
    SBI_LEGACY_CONSOLE_PUTCHAR = 1,
    SBI_LEGACY_SHUTDOWN = 8,
    SBI_EXT_BASE = 0x10,
    SBI_EXT_TIME = 0x54494d45,
    SBI_EXT_SRST = 0x53525354,
    SBI_EXT_REWIND_TIME = 0x0a4b4154, /* in the space for firmware's own extensions */
};

enum sbi_error { SBI_SUCCESS = 0, SBI_ERR_NOT_SUPPORTED = -2, SBI_ERR_INVALID_PARAM = -3 };

enum sbi_base_function {
    BASE_SPEC_VERSION,
    BASE_IMPL_ID,
    BASE_IMPL_VERSION,
    BASE_PROBE,
    BASE_MVENDORID,
    BASE_MARCHID,
    BASE_MIMPID,
};

enum sbi_reset_type { RESET_SHUTDOWN, RESET_COLD, RESET_WARM };

#define SBI_SPEC_1_0 (1u << 24)
#define SBI_IMPL_ID 0x4b415441u /* not registered: "KATA" */
#define SBI_IMPL_VERSION 1u
#define EXIT_SYSTEM_FAILURE 1u

struct sbi_result {
    intptr_t error;
    uintptr_t value;
};

static const struct sbi_result not_supported = {SBI_ERR_NOT_SUPPORTED, 0};

/* Without Sstc the machine timer stands in for the supervisor's: mtimecmp is set, and when it fires STIP is raised. */
static void set_timer(uint64_t deadline)
{
    volatile uint32_t *mtimecmp = (volatile uint32_t *)(uintptr_t)(CLINT_BASE + 0x4000u);

    mtimecmp[1] = UINT32_MAX; /* no spurious match between the two halves (section 3.2.1) */
    mtimecmp[0] = (uint32_t)deadline;
    mtimecmp[1] = (uint32_t)(deadline >> 32);
    csr_clear(mip, IRQ_STI);
    csr_set(mie, IRQ_MTI);
}

void sbi_timer_fired(void)
{
    csr_clear(mie, IRQ_MTI);
    csr_set(mip, IRQ_STI);
}

static uint64_t time_argument(const struct monitor_frame *frame)
{
#if __riscv_xlen == 32
    return (uint64_t)frame->a[1] << 32 | frame->a[0];
#else
    return frame->a[0];
#endif
}

static uintptr_t probe(uintptr_t extension)
{
    switch (extension) {
    case SBI_LEGACY_SET_TIMER:
    case SBI_LEGACY_CONSOLE_PUTCHAR:
    case SBI_LEGACY_SHUTDOWN:
    case SBI_EXT_BASE:
    case SBI_EXT_TIME:
    case SBI_EXT_SRST:
        return 1;
    default:
        return 0;
    }
}

static struct sbi_result base_call(const struct monitor_frame *frame)
{
    switch (frame->a[6]) {
    case BASE_SPEC_VERSION:
        return (struct sbi_result){SBI_SUCCESS, SBI_SPEC_1_0};
    case BASE_IMPL_ID:
        return (struct sbi_result){SBI_SUCCESS, SBI_IMPL_ID};
    case BASE_IMPL_VERSION:
        return (struct sbi_result){SBI_SUCCESS, SBI_IMPL_VERSION};
    case BASE_PROBE:
        return (struct sbi_result){SBI_SUCCESS, probe(frame->a[0])};
    case BASE_MVENDORID:
        return (struct sbi_result){SBI_SUCCESS, csr_read(mvendorid)};
    case BASE_MARCHID:
        return (struct sbi_result){SBI_SUCCESS, csr_read(marchid)};
    case BASE_MIMPID:
        return (struct sbi_result){SBI_SUCCESS, csr_read(mimpid)};
    default:
        return not_supported;
    }
}

static struct sbi_result reset_call(const struct monitor_frame *frame)
{
    if (frame->a[6] != 0) {
        return not_supported;
    }
    switch (frame->a[0]) {
    case RESET_SHUTDOWN:
        machine_stop(frame->a[1] == 0 ? 0 : EXIT_SYSTEM_FAILURE);
    case RESET_COLD:
    case RESET_WARM:
        machine_reset();
    default:
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    }
}

static struct sbi_result time_call(const struct monitor_frame *frame)
{
    if (frame->a[6] != 0) {
        return not_supported;
    }
    set_timer(time_argument(frame));
    return (struct sbi_result){SBI_SUCCESS, 0};
}

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
/* The kernel that checks itself after every entry does so while the clock stands still: a0, a1 = time at which it began. The halves are
 * written when they differ, so that the low one can not carry in between. */
static struct sbi_result rewind_time(const struct monitor_frame *frame)
{
    volatile uint32_t *mtime = (volatile uint32_t *)(uintptr_t)(CLINT_BASE + 0xbff8u);

    if (mtime[1] != (uint32_t)(time_argument(frame) >> 32))
        mtime[1] = (uint32_t)(time_argument(frame) >> 32);
    mtime[0] = (uint32_t)time_argument(frame);
    return (struct sbi_result){SBI_SUCCESS, 0};
}
#endif

/* Legacy calls return in a0 only and leave a1 alone. */
static void legacy_call(struct monitor_frame *frame)
{
    switch (frame->a[7]) {
    case SBI_LEGACY_SET_TIMER:
        set_timer(time_argument(frame));
        break;
    case SBI_LEGACY_CONSOLE_PUTCHAR:
        console_putchar((char)frame->a[0]);
        break;
    default:
        machine_stop(0);
    }
    frame->a[0] = SBI_SUCCESS;
}

void sbi_call(struct monitor_frame *frame)
{
    struct sbi_result result = not_supported;

    switch (frame->a[7]) {
    case SBI_LEGACY_SET_TIMER:
    case SBI_LEGACY_CONSOLE_PUTCHAR:
    case SBI_LEGACY_SHUTDOWN:
        legacy_call(frame);
        return;
    case SBI_EXT_BASE:
        result = base_call(frame);
        break;
    case SBI_EXT_TIME:
        result = time_call(frame);
        break;
#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
    case SBI_EXT_REWIND_TIME:
        result = rewind_time(frame);
        break;
#endif
    case SBI_EXT_SRST:
        result = reset_call(frame);
        break;
    default:
        break;
    }
    frame->a[0] = (uintptr_t)result.error;
    frame->a[1] = result.value;
}
