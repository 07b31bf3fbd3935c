/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "fake_kernel.h"

#include "kernel.h"

#include <sel4/invocation_gen.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fake_kernel fake;
int fake_error_after = -1;
long fake_death_after = -1;
jmp_buf fake_death;

/* The section of everything that is KERNEL_PERSISTENT. */
extern char __start_books[], __stop_books[];
static struct fake_kernel saved;
static char *saved_books;

static size_t books_size(void)
{
    return (size_t)(__stop_books - __start_books);
}

void fake_reset(void)
{
    memset(&fake, 0, sizeof fake);
    memset(__start_books, 0, books_size());
    fake_error_after = -1;
    fake_death_after = -1;
}

void fake_save(void)
{
    saved_books = saved_books ? saved_books : malloc(books_size());
    assert_non_null(saved_books);
    memcpy(saved_books, __start_books, books_size());
    saved = fake;
}

void fake_restore(void)
{
    memcpy(__start_books, saved_books, books_size());
    fake = saved;
}

uint32_t fake_client_bytes(uint32_t client)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < FAKE_CLIENT_SLOTS; i++) {
        bytes += fake.client[client][i].from ? 1u << fake.client[client][i].bits : 0;
    }
    return bytes;
}

/* --- accidents --- */

static void may_die(void)
{
    if (fake_death_after >= 0 && fake_death_after-- == 0) {
        longjmp(fake_death, 1);
    }
}

/* Begins a call: the kernel error to be injected, or 0. */
static int begin(void)
{
    may_die();
    return fake_error_after >= 0 && fake_error_after-- == 0 ? seL4_IllegalOperation : 0;
}

static int end(int result)
{
    may_die();
    return result;
}

void kernel_commit(volatile uint16_t *word, uint16_t value)
{
    assert_true((const volatile char *)word >= __start_books && (const volatile char *)word < __stop_books);
    may_die();
    *word = value;
    may_die();
}

/* --- making --- */

static int take_memory(struct fake_cap *u, uint32_t bits, uint32_t count)
{
    assert_true(u->present);
    uint32_t at = u->children || u->objects ? u->watermark : 0;
    at = (at + (1u << bits) - 1) & ~((1u << bits) - 1);
    if (((uint64_t)count << bits) + at > 1ull << u->bits) {
        return seL4_NotEnoughMemory;
    }
    u->watermark = at + (count << bits);
    return 0;
}

int kernel_move(uint32_t dest, uint32_t src)
{
    int error = begin();
    if (!error && fake.cap[dest].present) {
        error = seL4_DeleteFirst;
    }
    if (!error) {
        assert_true(fake.cap[src].present);
        assert_int_equal(fake.cap[src].children + fake.cap[src].objects, 0);
        fake.cap[dest] = fake.cap[src];
        fake.cap[src] = (struct fake_cap){ 0 };
    }
    return end(error);
}

int kernel_split(uint32_t untyped, uint32_t bits, uint32_t dest, uint32_t count)
{
    int error = begin();
    assert_int_equal(fake.cap[untyped].objects, 0);
    for (uint32_t i = 0; !error && i < count; i++) {
        error = fake.cap[dest + i].present ? seL4_DeleteFirst : 0;
    }
    error = error ? error : take_memory(&fake.cap[untyped], bits, count);
    for (uint32_t i = 0; !error && i < count; i++) {
        fake.cap[dest + i] = (struct fake_cap){ .present = true, .bits = (uint8_t)bits, .parent = (uint16_t)untyped };
        fake.cap[untyped].children++;
    }
    return end(error);
}

static uint32_t object_bits(uint32_t type, uint32_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject: return size_bits;
    case seL4_CapTableObject: return size_bits + seL4_SlotBits;
    case seL4_TCBObject: return seL4_TCBBits;
    case seL4_EndpointObject: return seL4_EndpointBits;
    case seL4_NotificationObject: return seL4_NotificationBits;
    case seL4_ReplyObject: return seL4_ReplyBits;
    case seL4_RISCV_Mega_Page: return seL4_LargePageBits;
    default: return 12;
    }
}

static int check_slots(uint32_t client, uint32_t slot, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slot + i >= FAKE_CLIENT_SLOTS) {
            return seL4_RangeError;
        }
        if (fake.client[client][slot + i].from) {
            return seL4_DeleteFirst;
        }
    }
    return 0;
}

static void put(uint32_t from, uint32_t bits, uint32_t client, uint32_t slot, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        fake.client[client][slot + i] = (struct fake_client_cap){ (uint16_t)from, (uint8_t)bits };
    }
    fake.cap[from].objects += count;
}

int kernel_create(uint32_t untyped, uint32_t type, uint32_t size_bits, uint32_t client, uint32_t slot, uint32_t count)
{
    uint32_t bits = object_bits(type, size_bits);
    int error = begin();
    assert_true(count >= 1 && count <= 256);
    assert_int_equal(fake.cap[untyped].children, 0);
    error = error ? error : check_slots(client, slot, count);
    error = error ? error : take_memory(&fake.cap[untyped], bits, count);
    if (!error) {
        put(untyped, bits, client, slot, count);
    }
    return end(error);
}

/* Clearing the frame is a step of its own, in which it is mapped. */
int kernel_lend_frame(uint32_t frame, uint32_t client, uint32_t slot)
{
    struct fake_cap *c = &fake.cap[frame];
    int error = begin();
    assert_true(c->present && !c->mapped);
    assert_int_equal(c->objects, 0);
    if (!error) {
        c->mapped = true;
        may_die();
        c->mapped = false;
        error = check_slots(client, slot, 1);
    }
    if (!error) {
        put(frame, 12, client, slot, 1);
    }
    return end(error);
}

/* --- unmaking --- */

int kernel_unmap(uint32_t frame)
{
    may_die();
    assert_true(fake.cap[frame].present);
    fake.cap[frame].mapped = false;
    return end(0);
}

static void remove_cap(struct fake_cap *c)
{
    assert_int_equal(c->children + c->objects, 0);
    fake.cap[c->parent].children--;
    c->present = false;
    may_die();
}

int kernel_revoke(uint32_t slot)
{
    may_die();
    assert_true(fake.cap[slot].present);
    for (uint32_t c = 0; c < FAKE_CLIENTS && fake.cap[slot].objects; c++) {
        for (uint32_t i = 0; i < FAKE_CLIENT_SLOTS; i++) {
            if (fake.client[c][i].from == slot) {
                fake.client[c][i].from = 0;
                fake.cap[slot].objects--;
                may_die();
            }
        }
    }
    for (uint32_t i = 1; i < FAKE_SLOTS && fake.cap[slot].children; i++) {
        if (fake.cap[i].present && fake.cap[i].parent == slot) {
            remove_cap(&fake.cap[i]);
        }
    }
    assert_int_equal(fake.cap[slot].objects + fake.cap[slot].children, 0);
    return end(0);
}

int kernel_delete(uint32_t slot)
{
    may_die();
    if (fake.cap[slot].present) {
        remove_cap(&fake.cap[slot]);
    }
    return end(0);
}
