/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "tests.h"

int fresh_system(void **state)
{
    (void)state;
    host_reset();
    host_slow = host_allow_halt = false;
    return (int)retype(boot_untyped(17), seL4_UntypedObject, 16, UNTYPED, 1);
}

void make_ipc_objects(void)
{
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, EP, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_NotificationObject, 0, NTFN, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_ReplyObject, 0, REPLY, 2), 0);
}

int main(void)
{
    host_start();
    return boot_tests() + untyped_tests() + cnode_tests() + ipc_tests() + notification_tests() + tcb_tests() + sched_tests() + vspace_tests() +
           irq_tests() + fault_tests() + cspace_tests() + refill_tests() + message_tests() + schedule_tests() +
           derivation_tests() + reply_tests() + object_tests() + errors_tests() +
           fastpath_tests() + thread_tests();
}
