/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What user programs do, for tests of the host kernel: always on behalf of the current thread, whichever that is. */
#pragma once

#include <host/world.h>
#include <ipc/message.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <sched/sched.h>

#define DEPTH 64u /* a whole word: slot numbers are capability addresses in our CSpaces */
/* A list of words as two arguments: where, how many. */
#define WORDS(...) (const word_t[]){__VA_ARGS__}, sizeof((const word_t[]){__VA_ARGS__}) / sizeof(word_t)
#define NONE NULL, 0
/* Result of a call that has not been answered (yet): the caller is not running. */
#define UNANSWERED WORD_MAX

/* Fills the current thread's registers and buffer with a message to cptr; without a buffer what does not fit is left out. */
void put_message(word_t cptr, word_t label, const word_t *caps, size_t cap_count, const word_t *mrs, size_t mr_count);
/* Call; repeated while it is preempted. Returns the label of the answer. */
word_t call(word_t cptr, word_t label, const word_t *caps, size_t cap_count, const word_t *mrs, size_t mr_count);
/* Message register n of the current thread. */
word_t mr(word_t n);
void set_mr(word_t n, word_t value);
/* Lets the current thread run system call `number` on cptr with a message of `length` registers; a6 = reply. */
enum host_exit syscall_with(sword_t number, word_t cptr, word_t length, word_t reply);
word_t badge(void);
word_t info(void);
/* Takes interrupts until t runs (time jumps ahead if nobody can); false: it does not come to that. */
bool run_until(const tcb_t *t);

/* Invocations of the CSpace root in slot seL4_CapInitThreadCNode. */
word_t copy_cap(word_t to, word_t from, word_t rights);
word_t mint_cap(word_t to, word_t from, word_t rights, word_t badge);
word_t move_cap(word_t to, word_t from);
word_t delete_cap(word_t slot);
word_t revoke_cap(word_t slot);
bool is_empty(word_t slot);

/* Boot untyped, not of devices, of exactly (or the smallest above) 2^bits bytes. */
word_t boot_untyped(word_t bits);
word_t boot_device_untyped(word_t bits);
word_t sched_control(void);
/* Retype out of `untyped` into consecutive slots of the root CNode. */
word_t retype(word_t untyped, word_t type, word_t size_bits, word_t slot, word_t count);

/* A thread out of `untyped`: TCB in `slot`, its buffer frame in slot + 1, its SC (2^7 bytes, or none if budget is 0) in slot + 2.
 * CSpace and VSpace of the root task. Times in microseconds. Not started. */
tcb_t *make_thread(word_t untyped, word_t slot, word_t prio, word_t budget, word_t period);
#define BUFFER_VADDR 0x7f000000u
/* Lets a thread start (Resume). */
word_t start_thread(word_t slot);
tcb_t *thread_in(word_t slot);
