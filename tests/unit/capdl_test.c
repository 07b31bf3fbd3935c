/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Reader of the capDL specification: a small good one, and every way of being wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <capdl/capdl.h>
#include <capdl/handoff.h>
#include <kata/crc32.h>

enum { CNODE, ROOT_TABLE, TABLE, FRAMES, TCB, SC, EP, NTFN, IRQ, DEVICE, IN_IMAGE, BOOT_CNODE, OBJECTS };
enum { CAP_EP, CAP_TABLE, CAP_FRAMES, CAP_CSPACE, CAP_VSPACE, CAP_BUFFER, CAP_SC, CAP_NTFN, CAP_IRQ, CAPS };

/* A specification that tests bend. */
struct sample {
    struct capdl_header header;
    struct capdl_object objects[OBJECTS];
    struct capdl_cap caps[CAPS];
    struct capdl_tcb tcbs[1];
    struct capdl_sc scs[1];
    char names[8];
};

static void seal(struct sample *s)
{
    size_t covered = offsetof(struct capdl_header, object_count);
    s->header.crc32 = crc32_update(0, (const uint8_t *)s + covered, sizeof(*s) - covered);
}

static struct sample good(void)
{
    struct sample s = {
        .header = { .magic = CAPDL_MAGIC, .version = CAPDL_VERSION, .word_bits = CAPDL_WORD_BITS, .total_bytes = sizeof(s),
                    .object_count = OBJECTS, .cap_count = CAPS, .tcb_count = 1, .sc_count = 1, .names_bytes = 8, .id_count = 11 },
        .objects = {
            [CNODE] = { .type = CAPDL_CNODE, .size_bits = 4, .count = 1, .first_id = 0, .caps_first = CAP_EP, .caps_count = 1 },
            [ROOT_TABLE] = { .type = CAPDL_PAGE_TABLE, .flags = CAPDL_VSPACE, .count = 1, .first_id = 1, .caps_first = CAP_TABLE, .caps_count = 1 },
            [TABLE] = { .type = CAPDL_PAGE_TABLE, .count = 1, .first_id = 2, .caps_first = CAP_FRAMES, .caps_count = 1 },
            [FRAMES] = { .type = CAPDL_FRAME, .size_bits = 12, .count = 2, .first_id = 3 },
            [TCB] = { .type = CAPDL_TCB, .count = 1, .first_id = 5, .caps_first = CAP_CSPACE, .caps_count = 5 },
            [SC] = { .type = CAPDL_SCHED_CONTEXT, .size_bits = 7, .count = 1, .first_id = 6 },
            [EP] = { .type = CAPDL_ENDPOINT, .count = 1, .first_id = 7, .name = 4 },
            [NTFN] = { .type = CAPDL_NOTIFICATION, .count = 1, .first_id = 8 },
            [IRQ] = { .type = CAPDL_INTERRUPT, .count = 1, .first_id = 9, .caps_first = CAP_IRQ, .caps_count = 1, .data = 10 },
            [DEVICE] = { .type = CAPDL_FRAME, .size_bits = 12, .flags = CAPDL_DEVICE, .count = 1, .first_id = 10, .data = 0x10000 },
            [IN_IMAGE] = { .type = CAPDL_FRAME, .size_bits = 12, .flags = CAPDL_IMAGE, .count = 3, .data = 5 },
            [BOOT_CNODE] = { .type = CAPDL_CNODE, .size_bits = 10, .flags = CAPDL_BOOT, .count = 1 },
        },
        .caps = {
            [CAP_EP] = { .slot = 15, .object = EP, .count = 1, .flags = 2, .data = 7 },
            [CAP_TABLE] = { .slot = 0, .object = TABLE, .count = 1 },
            [CAP_FRAMES] = { .slot = 510, .object = FRAMES, .count = 2, .flags = 3 },
            [CAP_CSPACE] = { .slot = CAPDL_TCB_CSPACE, .object = CNODE, .count = 1 },
            [CAP_VSPACE] = { .slot = CAPDL_TCB_VSPACE, .object = ROOT_TABLE, .count = 1 },
            [CAP_BUFFER] = { .slot = CAPDL_TCB_IPC_BUFFER, .object = FRAMES, .offset = 1, .count = 1 },
            [CAP_SC] = { .slot = CAPDL_TCB_SCHED_CONTEXT, .object = SC, .count = 1 },
            [CAP_NTFN] = { .slot = CAPDL_TCB_BOUND_NOTIFICATION, .object = NTFN, .count = 1 },
            [CAP_IRQ] = { .slot = 0, .object = NTFN, .count = 1, .flags = 1, .data = 1 },
        },
        .names = "abc\0ep\0",
    };
    seal(&s);
    return s;
}

static enum capdl_error open_sealed(struct sample *s, unsigned *bad)
{
    struct capdl_spec spec;
    seal(s);
    return capdl_open(&spec, s, sizeof(*s), bad);
}

static void expect_bad_object(struct sample s, unsigned index)
{
    unsigned bad = 999;
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_OBJECT);
    assert_int_equal(bad, index);
}

static void expect_bad_cap(struct sample s, unsigned index)
{
    unsigned bad = 999;
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_CAP);
    assert_int_equal(bad, index);
}

static void test_good(void **state)
{
    (void)state;
    struct sample s = good();
    struct capdl_spec spec;
    unsigned bad = 999;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s), &bad), CAPDL_OK);
    assert_int_equal(bad, 999);
    assert_string_equal(capdl_name(&spec, &spec.objects[EP]), "ep");
    assert_ptr_equal(capdl_content(&spec, &spec.objects[TCB], CAPDL_TCB_SCHED_CONTEXT), &s.caps[CAP_SC]);
    assert_null(capdl_content(&spec, &spec.objects[TCB], CAPDL_TCB_FAULT_ENDPOINT));
    assert_true(capdl_has_ids(&spec.objects[DEVICE]));
    assert_false(capdl_has_ids(&spec.objects[IN_IMAGE]));
}

static void test_header(void **state)
{
    (void)state;
    struct sample s = good();
    struct capdl_spec spec;
    unsigned bad = 0;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s.header) - 1, &bad), CAPDL_TRUNCATED);
    assert_int_equal(capdl_open(&spec, &s, sizeof(s) - 1, &bad), CAPDL_TRUNCATED);
    s.header.magic++;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s), &bad), CAPDL_BAD_MAGIC);
    s = good();
    s.header.version++;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s), &bad), CAPDL_BAD_VERSION);
    s = good();
    s.header.word_bits = 16;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s), &bad), CAPDL_BAD_VERSION);
    s = good();
    s.header.total_bytes = 8;
    assert_int_equal(capdl_open(&spec, &s, sizeof(s), &bad), CAPDL_TRUNCATED);
}

static void test_every_flipped_byte_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(struct sample); i++) {
        struct sample s = good();
        struct capdl_spec spec;
        unsigned bad = 0;
        ((uint8_t *)&s)[i] ^= 0x10;
        enum capdl_error error = capdl_open(&spec, &s, sizeof(s), &bad);
        /* the reserved byte of the header is the only one that nothing depends on */
        assert_true(error != CAPDL_OK || i == offsetof(struct capdl_header, reserved));
    }
}

static void test_layout(void **state)
{
    (void)state;
    unsigned bad = 0;
    struct sample s = good();
    s.header.names_bytes = 7;
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_LAYOUT);
    s = good();
    s.header.object_count = 0xffff;
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_LAYOUT);
    s = good();
    s.names[7] = 'x';
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_LAYOUT);
}

static void test_objects(void **state)
{
    (void)state;
#define BAD_OBJECT(index, field, value)          \
    do {                                         \
        struct sample s = good();                \
        s.objects[index].field = (value);        \
        expect_bad_object(s, index);             \
    } while (0)
    BAD_OBJECT(EP, type, 0);
    BAD_OBJECT(EP, type, CAPDL_TYPE_END);
    BAD_OBJECT(EP, count, 0);
    BAD_OBJECT(EP, first_id, 3);
    BAD_OBJECT(EP, name, 8);
    BAD_OBJECT(EP, caps_count, 1);            /* an endpoint holds nothing */
    BAD_OBJECT(EP, flags, CAPDL_BOOT);        /* the kernel makes none */
    BAD_OBJECT(EP, flags, CAPDL_IMAGE);
    BAD_OBJECT(EP, flags, CAPDL_VSPACE);
    BAD_OBJECT(EP, type, CAPDL_SCHED_CONTROL); /* only the kernel makes one */
    BAD_OBJECT(TCB, data, 1);
    BAD_OBJECT(TCB, caps_first, CAPS);
    BAD_OBJECT(TCB, caps_count, CAPS);
    BAD_OBJECT(SC, data, 1);
    BAD_OBJECT(SC, size_bits, 6);
    BAD_OBJECT(CNODE, size_bits, 0);
    BAD_OBJECT(CNODE, count, 2);              /* a run with contents is a single object */
    BAD_OBJECT(FRAMES, size_bits, 22);
    BAD_OBJECT(DEVICE, data, UINT32_MAX);
    BAD_OBJECT(DEVICE, flags, CAPDL_DEVICE | CAPDL_BOOT);
    BAD_OBJECT(IN_IMAGE, first_id, 11);
    BAD_OBJECT(IRQ, data, 0);
#undef BAD_OBJECT
    unsigned bad = 0;
    struct sample s = good();
    s.header.id_count = 12;
    assert_int_equal(open_sealed(&s, &bad), CAPDL_BAD_OBJECT);
}

static void test_caps(void **state)
{
    (void)state;
#define BAD_CAP(index, field, value)          \
    do {                                      \
        struct sample s = good();             \
        s.caps[index].field = (value);        \
        expect_bad_cap(s, index);             \
    } while (0)
    BAD_CAP(CAP_EP, object, OBJECTS);
    BAD_CAP(CAP_EP, count, 0);
    BAD_CAP(CAP_EP, count, 2);
    BAD_CAP(CAP_EP, offset, 1);
    BAD_CAP(CAP_EP, slot, 16);                /* behind a CNode of radix 4 */
    BAD_CAP(CAP_FRAMES, slot, 1023);
    BAD_CAP(CAP_FRAMES, object, EP);
    BAD_CAP(CAP_TABLE, object, CNODE);        /* not to be mapped */
    BAD_CAP(CAP_CSPACE, object, EP);
    BAD_CAP(CAP_CSPACE, slot, CAPDL_TCB_SLOTS);
    BAD_CAP(CAP_BUFFER, offset, 2);
    BAD_CAP(CAP_IRQ, slot, 1);
    BAD_CAP(CAP_IRQ, object, EP);
#undef BAD_CAP
}

/* Whatever the bytes: no crash, no access outside (sanitizers watch). */
static void test_random_damage(void **state)
{
    (void)state;
    srand(1);
    for (int round = 0; round < 20000; round++) {
        struct sample *s = malloc(sizeof(*s));
        struct capdl_spec spec;
        unsigned bad = 0;
        *s = good();
        for (int flips = rand() % 4 + 1; flips > 0; flips--) {
            size_t at = 16 + (size_t)rand() % (sizeof(*s) - 16);
            ((uint8_t *)s)[at] = (uint8_t)rand();
        }
        seal(s);
        (void)capdl_open(&spec, s, sizeof(*s), &bad);
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),    cmocka_unit_test(test_header),  cmocka_unit_test(test_every_flipped_byte_is_seen),
        cmocka_unit_test(test_layout),  cmocka_unit_test(test_objects), cmocka_unit_test(test_caps),
        cmocka_unit_test(test_random_damage),
    };
    return cmocka_run_group_tests_name("capdl", tests, NULL, NULL);
}
