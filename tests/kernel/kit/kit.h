/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The kit of the kernel conformance tests: registration, checks, system calls and invocations in their raw form, object
 * allocation, threads. Nothing here hides the ABI: a test sees error codes, reply lengths and message registers exactly
 * as the kernel left them. Chapter numbers refer to reference/sel4-abi.md.
 */
#ifndef KIT_H
#define KIT_H

#include <kernel/gen_config.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef seL4_Word word_t;

#define WORD_BITS ((word_t)__riscv_xlen)
#define WORD_MAX (~(word_t)0)
#define PAGE_SIZE ((word_t)4096)
#define IS_64BIT (__riscv_xlen == 64)
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* ---- registration ------------------------------------------------------------------------------------------------ */

struct test {
    const char *name;
    void (*run)(void);
    bool timed; /* measures time: not run in the pass with random preemption */
};

#define TEST_ENTRY(suite, what, is_timed)                                                                             \
    static void test_##suite##_##what(void);                                                                           \
    static const struct test entry_##suite##_##what = {#suite "." #what, test_##suite##_##what, is_timed};             \
    static const struct test *const pointer_##suite##_##what                                                           \
        __attribute__((used, section("test_table"))) = &entry_##suite##_##what;                                        \
    static void test_##suite##_##what(void)

/* TEST(suite, name) { body }: the test is called "suite.name". */
#define TEST(suite, what) TEST_ENTRY(suite, what, false)
#define TIMED_TEST(suite, what) TEST_ENTRY(suite, what, true)

/* ---- console ----------------------------------------------------------------------------------------------------- */

void put_char(char c);
void put_string(const char *s);
void put_decimal(word_t v);
void put_hex(word_t v);
/* Leaves QEMU through the sifive_test device; does not return. */
void power_off(int code) __attribute__((noreturn));

/* ---- lists of words: capabilities and message registers ------------------------------------------------------------ */

struct list {
    unsigned n;
    const word_t *at;
};
#define LIST(...)                                                                                                     \
    ((struct list){sizeof((const word_t[]){__VA_ARGS__}) / sizeof(word_t), (const word_t[]){__VA_ARGS__}})
#define NONE ((struct list){0, NULL})

/* ---- threads ------------------------------------------------------------------------------------------------------- */

/* The registers that carry a message: a0, a1, a2..a5. */
struct message {
    word_t cap; /* destination or source before, badge after */
    word_t info;
    word_t mr[4];
};

struct thread {
    word_t tcb, sc;
    seL4_IPCBuffer *buffer;
    word_t buffer_frame;
    word_t stack_top;
    struct message out; /* what this thread's last system call returned */
    volatile word_t progress;
    volatile word_t seen[12];
};

extern struct thread root_thread;

static inline struct thread *self(void)
{
    struct thread *t;
    __asm__("mv %0, tp" : "=r"(t));
    return t;
}

/* A thread in the root task's CSpace and VSpace with its own round-robin scheduling context of 10 s; INACTIVE until
 * thread_start(). Its function must not return. */
struct thread *thread_new(void (*entry)(word_t), word_t arg, word_t priority);
/* The same without a scheduling context. */
struct thread *thread_new_passive(void (*entry)(word_t), word_t arg, word_t priority);
/* The same in the address space VSPACE (which must map the image, see vspace_with_image). */
struct thread *thread_new_in(word_t vspace, void (*entry)(word_t), word_t arg, word_t priority);
/* Gives the thread FAULT_EP (a capability of the root CSpace) as fault handler. */
void thread_set_fault_ep(struct thread *t, word_t fault_ep);
void thread_start(struct thread *t);
/* Stops the calling thread for good. */
void thread_stop(void) __attribute__((noreturn));
/* Program counter of a thread that is not running. */
word_t thread_pc(const struct thread *t);
/* Lets every other thread run until all of them block; returns to the test's priority afterwards. */
void settle(void);

#define TEST_PRIORITY ((word_t)150)

/* ---- checks -------------------------------------------------------------------------------------------------------- */

void fail(const char *file, int line, const char *what, word_t got, word_t want) __attribute__((noreturn));
void check_reply(const char *file, int line, const char *what, word_t error, word_t want, struct list mrs);

#define EXPECT_EQ(got, want)                                                                                          \
    do {                                                                                                               \
        word_t got_ = (word_t)(got), want_ = (word_t)(want);                                                           \
        if (got_ != want_) fail(__FILE__, __LINE__, #got " == " #want, got_, want_);                                   \
    } while (0)
#define EXPECT(cond)                                                                                                  \
    do {                                                                                                               \
        if (!(cond)) fail(__FILE__, __LINE__, #cond, 0, 1);                                                            \
    } while (0)

/* One macro per error code, in the notation of chapter 0; each checks the code, the reply length and the registers. */
#define EXPECT_ERROR(call, code, mrs) check_reply(__FILE__, __LINE__, #call, (call), code, mrs)
#define EXPECT_OK(call) EXPECT_ERROR(call, seL4_NoError, NONE)
#define EXPECT_IA(call, n) EXPECT_ERROR(call, seL4_InvalidArgument, LIST(n))
#define EXPECT_IC(call, n) EXPECT_ERROR(call, seL4_InvalidCapability, LIST(n))
#define EXPECT_IO(call) EXPECT_ERROR(call, seL4_IllegalOperation, NONE)
#define EXPECT_RE(call, min, max) EXPECT_ERROR(call, seL4_RangeError, LIST(min, max))
#define EXPECT_AE(call) EXPECT_ERROR(call, seL4_AlignmentError, NONE)
#define EXPECT_FL(call, ...) EXPECT_ERROR(call, seL4_FailedLookup, LIST(__VA_ARGS__))
#define EXPECT_TM(call) EXPECT_ERROR(call, seL4_TruncatedMessage, NONE)
#define EXPECT_DF(call) EXPECT_ERROR(call, seL4_DeleteFirst, NONE)
#define EXPECT_RF(call) EXPECT_ERROR(call, seL4_RevokeFirst, NONE)
#define EXPECT_NEM(call, bytes) EXPECT_ERROR(call, seL4_NotEnoughMemory, LIST(bytes))

/* The info word of an error reply as a thread has seen it. A text that the kernel adds (3.2) makes it longer. */
#ifdef CONFIG_KERNEL_INVOCATION_REPORT_ERROR_IPC
#define EXPECT_ERROR_INFO(info, code, length)                                                                         \
    EXPECT(INFO_LABEL(info) == (code) && INFO_LENGTH(info) > (length) && INFO_LENGTH(info) <= (length) + 51)
#else
#define EXPECT_ERROR_INFO(info, code, length) EXPECT_EQ(info, INFO(code, 0, length))
#endif

/* Lookup failure descriptors (3.2). */
enum { LOOKUP_INVALID_ROOT = 1, LOOKUP_MISSING = 2, LOOKUP_DEPTH = 3, LOOKUP_GUARD = 4 };

/* ---- system calls (chapter 2) -------------------------------------------------------------------------------------- */

#define INFO(label, caps, length) (((word_t)(label) << 12) | ((word_t)(caps) << 7) | (word_t)(length))
#define INFO_LABEL(info) ((word_t)(info) >> 12)
#define INFO_UNWRAPPED(info) (((word_t)(info) >> 9) & 7)
#define INFO_CAPS(info) (((word_t)(info) >> 7) & 3)
#define INFO_LENGTH(info) ((word_t)(info) & 127)

enum {
    SYS_CALL = -1, SYS_REPLY_RECV = -2, SYS_NBSEND_RECV = -3, SYS_NBSEND_WAIT = -4, SYS_SEND = -5, SYS_NBSEND = -6,
    SYS_RECV = -7, SYS_NBRECV = -8, SYS_WAIT = -9, SYS_NBWAIT = -10, SYS_YIELD = -11, SYS_DEBUG_PUT_CHAR = -12,
    SYS_DEBUG_CAP_IDENTIFY = -15, SYS_DEBUG_NAME_THREAD = -17
};

/* The trap itself; *m is in and out. */
static inline __attribute__((always_inline)) void syscall(long number, struct message *m, word_t a6, word_t t0)
{
    register word_t r0 __asm__("a0") = m->cap;
    register word_t r1 __asm__("a1") = m->info;
    register word_t r2 __asm__("a2") = m->mr[0];
    register word_t r3 __asm__("a3") = m->mr[1];
    register word_t r4 __asm__("a4") = m->mr[2];
    register word_t r5 __asm__("a5") = m->mr[3];
    register word_t r6 __asm__("a6") = a6;
    register word_t r7 __asm__("a7") = (word_t)number;
    register word_t r8 __asm__("t0") = t0;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5)
                     : "r"(r6), "r"(r7), "r"(r8)
                     : "memory");
    *m = (struct message){r0, r1, {r2, r3, r4, r5}};
}

/* Each leaves the returned registers in self()->out and returns the badge (receive kinds) or the label (call). Message
 * registers beyond the fourth live in the thread's IPC buffer. */
word_t sys(long number, word_t cap, word_t info, struct list mrs, word_t a6, word_t t0);
word_t ipc_call(word_t ep, word_t info, struct list mrs);
void ipc_send(word_t ep, word_t info, struct list mrs);
void ipc_nbsend(word_t ep, word_t info, struct list mrs);
word_t ipc_recv(word_t ep, word_t reply);
word_t ipc_nbrecv(word_t ep, word_t reply);
word_t ipc_reply_recv(word_t ep, word_t info, struct list mrs, word_t reply);
void ipc_signal(word_t notification);
word_t ipc_wait(word_t object);
word_t ipc_poll(word_t object);
void sys_yield(void);
/* Message register N of the calling thread after a receive (registers below 4, buffer above). */
word_t got_mr(unsigned n);

struct register_file {
    word_t in[32], out[32], saved_sp;
};
/* The argument is the address of a struct register_file; also usable as a thread. */
void ecall_with(word_t file);

/* ---- invocations (chapter 3): result is the error code; details in self()->out ----------------------------------- */

word_t invoke(word_t cap, word_t label, struct list caps, struct list mrs);

word_t untyped_retype(word_t untyped, word_t type, word_t size_bits, word_t root, word_t node_index, word_t node_depth,
                      word_t node_offset, word_t num);
word_t cnode_copy(word_t dest, word_t src, word_t rights);
word_t cnode_mint(word_t dest, word_t src, word_t rights, word_t badge);
word_t cnode_move(word_t dest, word_t src);
word_t cnode_mutate(word_t dest, word_t src, word_t badge);
word_t cnode_delete(word_t slot);
word_t cnode_revoke(word_t slot);
word_t cnode_rotate(word_t dest, word_t dest_badge, word_t pivot, word_t pivot_badge, word_t src);
word_t cnode_cancel_badged_sends(word_t slot);
/* DeleteFirst from a move of the slot onto itself means occupied (sel4-abi 14.1). */
bool slot_is_empty(word_t slot);

word_t tcb_configure(word_t tcb, word_t cspace, word_t cspace_data, word_t vspace, word_t buffer, word_t frame);
word_t tcb_set_priority(word_t tcb, word_t authority, word_t priority);
word_t tcb_set_mcp(word_t tcb, word_t authority, word_t mcp);
word_t tcb_set_sched_params(word_t tcb, word_t authority, word_t mcp, word_t priority, word_t sc, word_t fault_ep);
word_t tcb_set_space(word_t tcb, word_t fault_ep, word_t cspace, word_t cspace_data, word_t vspace);
word_t tcb_set_ipc_buffer(word_t tcb, word_t buffer, word_t frame);
word_t tcb_set_timeout_endpoint(word_t tcb, word_t ep);
word_t tcb_suspend(word_t tcb);
word_t tcb_resume(word_t tcb);
word_t tcb_bind_notification(word_t tcb, word_t notification);
word_t tcb_unbind_notification(word_t tcb);
word_t tcb_set_tls_base(word_t tcb, word_t address);
word_t tcb_read_registers(word_t tcb, word_t flags, word_t count);
/* Writes pc only. */
word_t tcb_write_pc(word_t tcb, word_t flags, word_t pc);
word_t tcb_write_registers(word_t tcb, word_t flags, word_t count, struct list registers);

word_t sc_configure(word_t sc, uint64_t budget_us, uint64_t period_us, word_t extra_refills, word_t badge, word_t flags);
word_t sc_bind(word_t sc, word_t object);
word_t sc_unbind(word_t sc);
word_t sc_unbind_object(word_t sc, word_t object);
word_t sc_consumed(word_t sc);
word_t sc_yield_to(word_t sc);

word_t page_map(word_t frame, word_t vspace, word_t vaddr, word_t rights, word_t attributes);
word_t page_unmap(word_t frame);
word_t page_address(word_t frame);
word_t table_map(word_t table, word_t vspace, word_t vaddr);
word_t table_unmap(word_t table);
word_t asid_assign(word_t pool, word_t vspace);
word_t asid_make_pool(word_t untyped, word_t slot);
word_t irq_get(word_t irq, word_t slot);
word_t irq_set_notification(word_t handler, word_t notification);
word_t irq_ack(word_t handler);
word_t irq_clear(word_t handler);

/* The data word of a CNode capability (1.4). */
word_t cnode_data(word_t guard, word_t guard_size);
/* Guard that makes a one-level CNode of that radix address its slots by plain number. */
#define PLAIN_GUARD(radix) cnode_data(0, WORD_BITS - (word_t)(radix))

#define ALL_RIGHTS ((word_t)15)
#define RIGHT_WRITE ((word_t)1)
#define RIGHT_READ ((word_t)2)
#define RIGHT_GRANT ((word_t)4)
#define RIGHT_GRANT_REPLY ((word_t)8)

/* ---- world: bootinfo, slots, objects ------------------------------------------------------------------------------- */

extern seL4_BootInfo *boot_info;
#define ROOT_TCB seL4_CapInitThreadTCB
#define ROOT_CNODE seL4_CapInitThreadCNode
#define ROOT_VSPACE seL4_CapInitThreadVSpace
#define ROOT_SC seL4_CapInitThreadSC
#define SCHED_CONTROL (boot_info->schedcontrol.start)

/* The untyped that all objects of a test come from; revoked after each test. */
extern word_t test_untyped, test_untyped_bits;

/* N consecutive empty slots of the root CNode, emptied again after the test. */
word_t slots_new(unsigned n);
#define slot_new() slots_new(1)
/* A new object in a new slot; the test fails when the kernel refuses. */
word_t object_new(word_t type, word_t size_bits);
#define endpoint_new() object_new(seL4_EndpointObject, 0)
#define notification_new() object_new(seL4_NotificationObject, 0)
#define reply_new() object_new(seL4_ReplyObject, 0)
#define tcb_new() object_new(seL4_TCBObject, 0)
#define frame_new() object_new(seL4_RISCV_4K_Page, 0)
#define table_new() object_new(seL4_RISCV_PageTableObject, 0)
#define cnode_new(radix) object_new(seL4_CapTableObject, radix)
#define untyped_new(bits) object_new(seL4_UntypedObject, bits)
/* SchedContext of 2^8 bytes, unconfigured. */
#define sc_new() object_new(seL4_SchedContextObject, 8)
word_t mint_new(word_t src, word_t rights, word_t badge);
word_t copy_new(word_t src, word_t rights);
/* Frame capability of a page of the test program. */
word_t image_frame(const void *address);
/* A device frame at physical address PA, in a new slot; 0 when no untyped covers it. */
word_t device_frame(word_t pa, word_t size_bits);
/* A fresh address space with an ASID and nothing mapped / with the whole image mapped at its place. */
word_t vspace_new(void);
word_t vspace_with_image(void);
/* Tables and mappings of the image. */
void vspace_add_image(word_t vspace);
/* All page tables for VADDR below the root. */
void vspace_add_tables(word_t vspace, word_t vaddr);

/* Virtual addresses of the root VSpace that tests may use; page tables exist for TEST_VADDR only. */
#define TEST_VADDR ((word_t)0x200000 - 8 * PAGE_SIZE)
#define FAR_VADDR ((word_t)0x40000000)

/* ---- faults --------------------------------------------------------------------------------------------------------- */

/* Fault handler side: waits for a fault message on EP and leaves it in self()->out; the label is the result. The faulting
 * thread waits on REPLY. */
word_t fault_recv(word_t ep, word_t reply);
/* A thread that performs one system call with these registers, with EP as its fault endpoint; extra != 0 puts that cptr
 * into its IPC buffer as extra capability. It has run when this returns; seen[0] = 1 if the call came back, seen[1..6] =
 * a0..a5. */
/* thread_for_syscall leaves it INACTIVE and without fault endpoint. */
struct thread *thread_for_syscall(long number, word_t a0, word_t info, word_t a6, word_t t0, word_t extra);
struct thread *thread_with_syscall(word_t ep, long number, word_t a0, word_t info, word_t a6, word_t t0, word_t extra);

/* ---- time ---------------------------------------------------------------------------------------------------------- */

#define TICKS_PER_US 10u
/* The range of budgets and periods (9.1). */
#define MIN_US (20u * CONFIG_KERNEL_WCET_SCALE)
#if CONFIG_KERNEL_STATIC_MAX_PERIOD_US
#define MAX_US ((uint64_t)CONFIG_KERNEL_STATIC_MAX_PERIOD_US)
#else
#define MAX_US 0x0333333333333333ull
#endif
uint64_t now_ticks(void);
/* The caller blocks for that long; other threads run meanwhile. */
void sleep_us(word_t us);
/* The caller burns that much time. */
void spin_us(word_t us);

/* Code in start.S: thread bodies, and the addresses of single instructions in them. */
void dump_registers(word_t unused);
void append_and_wait(word_t number);
void count_for_ever(word_t counter);
void fault_load(word_t address);
void fault_store(word_t address);
void fault_illegal(word_t unused);
void fault_ebreak(word_t unused);
void fault_syscall(word_t number);
extern const char ecall_with_site[], dump_registers_end[], fault_load_site[], fault_store_site[], fault_illegal_site[];
extern const char fault_ebreak_site[], fault_syscall_site[];
extern char image_start[], image_end[];
int run_guarded(void (*test)(void));
void abandon_test(void) __attribute__((noreturn));

#endif
