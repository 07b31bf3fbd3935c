/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The window of one page: what is mapped, and what is left behind. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include <kata/copyregion.h>

#define VSPACE 3
#define CNODE 2
#define SPARE 20
#define FREE_FRAME 30   /* mapped nowhere */
#define USED_FRAME 31   /* mapped in another address space */
#define SHARED_FRAME 32 /* mapped at another address here */
#define NO_FRAME 33

seL4_IPCBuffer *__sel4_ipc_buffer;
static seL4_CPtr in_window, copied;
static seL4_Word mapped_rights;
static bool window_full;
static char window[1];
static struct copyregion region;

seL4_Error seL4_RISCV_Page_Map(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights, seL4_RISCV_VMAttributes attr)
{
    assert_int_equal(vspace, VSPACE);
    assert_ptr_equal((void *)vaddr, window);
    assert_int_equal(attr, seL4_RISCV_ExecuteNever);
    if (frame == USED_FRAME || frame == NO_FRAME) {
        return seL4_InvalidCapability;
    }
    if (frame == SHARED_FRAME) {
        return seL4_InvalidArgument;
    }
    if (window_full || in_window || (frame == SPARE && !copied)) {
        return seL4_DeleteFirst;
    }
    in_window = frame;
    mapped_rights = rights.words[0];
    return seL4_NoError;
}

seL4_Error seL4_RISCV_Page_Unmap(seL4_CPtr frame)
{
    assert_int_equal(frame, in_window);
    in_window = 0;
    return seL4_NoError;
}

seL4_Error seL4_CNode_Copy(seL4_CNode root, seL4_Word index, seL4_Uint8 depth, seL4_CNode src, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights)
{
    assert_true(root == CNODE && src == CNODE && index == SPARE && depth == src_depth && rights.words[0] == 15);
    assert_int_equal(copied, 0);
    if (src_index == NO_FRAME) {
        return seL4_FailedLookup;
    }
    copied = src_index;
    return seL4_NoError;
}

seL4_Error seL4_CNode_Delete(seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    assert_true(root == CNODE && index == SPARE && depth == seL4_WordBits);
    copied = 0;
    if (in_window == SPARE) {
        in_window = 0;
    }
    return seL4_NoError;
}

static int setup(void **state)
{
    (void)state;
    in_window = copied = 0;
    window_full = false;
    region = (struct copyregion)COPYREGION(window, VSPACE, CNODE, SPARE);
    return 0;
}

static void map_and_unmap(void **state)
{
    (void)state;
    assert_ptr_equal(copyregion_map(&region, FREE_FRAME, false), window);
    assert_int_equal(in_window, FREE_FRAME);
    assert_int_equal(mapped_rights, 2);
    assert_int_equal(copied, 0);
    copyregion_unmap(&region);
    copyregion_unmap(&region);
    assert_int_equal(in_window, 0);
    assert_non_null(copyregion_map(&region, FREE_FRAME, true));
    assert_int_equal(mapped_rights, 3);
}

static void frame_mapped_elsewhere_is_copied(void **state)
{
    (void)state;
    static const seL4_CPtr frames[] = { USED_FRAME, SHARED_FRAME };
    for (int i = 0; i < 2; i++) {
        assert_non_null(copyregion_map(&region, frames[i], true));
        assert_int_equal(in_window, SPARE);
        assert_int_equal(copied, frames[i]);
    }
    copyregion_unmap(&region);
    assert_int_equal(in_window, 0);
    assert_int_equal(copied, 0);
}

static void next_frame_replaces_the_last(void **state)
{
    (void)state;
    assert_non_null(copyregion_map(&region, FREE_FRAME, true));
    assert_non_null(copyregion_map(&region, USED_FRAME, true));
    assert_non_null(copyregion_map(&region, FREE_FRAME, true));
    assert_int_equal(in_window, FREE_FRAME);
    assert_int_equal(copied, 0);
}

static void failures_leave_nothing(void **state)
{
    (void)state;
    assert_null(copyregion_map(&region, NO_FRAME, true));
    window_full = true;
    assert_null(copyregion_map(&region, FREE_FRAME, true));
    assert_null(copyregion_map(&region, USED_FRAME, true));
    assert_int_equal(copied, 0);
    copyregion_unmap(&region);
    region.spare = 0;
    assert_null(copyregion_map(&region, USED_FRAME, true));
    assert_int_equal(copied, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(map_and_unmap, setup),
        cmocka_unit_test_setup(frame_mapped_elsewhere_is_copied, setup),
        cmocka_unit_test_setup(next_frame_replaces_the_last, setup),
        cmocka_unit_test_setup(failures_leave_nothing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
