/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "vector.h"

#include "port.h"

static bool reset(void)
{
    return port_write(VC_CTRL, VC_FREEZE | VC_RESET);
}

bool vector_init(void)
{
    if (!port_present()) {
        return false;
    }
    (void)reset();
    (void)port_write(VC_INTR_STATE, VC_INTERRUPTS);
    return port_write(VC_INTR_ENABLE, VC_INTERRUPTS);
}

/* A window without rights is none. The length register of an empty one must not become 2^32 - 1: it gets a page. */
static bool set_window(uint32_t number, const struct vector_window *window)
{
    uint32_t base = VC_WINDOWS + number * VC_WINDOW_BYTES;
    return port_write(base + VC_WINDOW_OFFSET, window->offset)
        && port_write(base + VC_WINDOW_LIMIT, (window->size ? window->size : VC_PAGE) - 1)
        && port_write(base + VC_WINDOW_PERMISSIONS, window->size ? window->rights : 0);
}

bool vector_start(const struct vector_window windows[VECTOR_WINDOWS], uint32_t pc, uint32_t limit_ms)
{
    bool stands = port_read(VC_CTRL) & VC_RESET;
    bool good = (stands || reset()) && (!port_has_details() || port_write(VC_TIME_LIMIT, limit_ms));
    for (uint32_t i = 0; i < VECTOR_WINDOWS; i++) {
        good = good && set_window(i, &windows[i]);
    }
    (void)port_write(VC_INTR_STATE, VC_INTERRUPTS);     /* nothing that is pending is about this job */
    return good && port_write(VC_CTRL, pc & VC_PC_START);
}

bool vector_resume(void)
{
    return port_write(VC_CTRL, port_read(VC_CTRL) & VC_PC_START);
}

bool vector_stop(void)
{
    return reset();
}

bool vector_clear(uint32_t offset, uint32_t size)
{
    return port_write(VC_INIT_START, offset) && port_write(VC_INIT_END, (offset + size - 1) | VC_INIT_VALID) && reset();
}

uint32_t vector_stopped_at(void)
{
    return port_has_details() ? port_read(VC_PC) : 0;
}

bool vector_settled(void)
{
    return port_settled() && !(port_read(VC_INTR_STATE) & VC_INSTRUCTION_FAULT);
}

static enum vector_outcome outcome_of(uint32_t state)
{
    if (state & (VC_INSTRUCTION_FAULT | VC_DATA_FAULT)) {
        return VECTOR_FAULTED;
    }
    return state & VC_FINISH ? VECTOR_FINISHED : state & VC_HOST_REQUEST ? VECTOR_REQUESTED : VECTOR_NOTHING;
}

struct vector_event vector_event(void)
{
    port_interrupt();
    uint32_t state = port_read(VC_INTR_STATE);
    (void)port_write(VC_INTR_STATE, state);
    struct vector_event event = { .outcome = outcome_of(state) };
    if (port_has_details()) {
        event.cause = port_read(VC_CAUSE);
        event.pc = port_read(VC_PC);
        event.address = port_read(VC_ADDRESS);
        event.instructions = (uint64_t)port_read(VC_INSTRUCTIONS + 4) << 32 | port_read(VC_INSTRUCTIONS);
        event.restarted = event.outcome == VECTOR_FAULTED && event.cause == VC_CAUSE_FIRMWARE;
    }
    if (event.restarted) {
        (void)port_write(VC_INTR_ENABLE, VC_INTERRUPTS);
    }
    return event;
}
