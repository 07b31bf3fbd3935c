/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Component runtime: one thread, one endpoint, one dispatch loop.
 *
 * The composer generates for each component a `camkes_component` (below), client stubs and server dispatch functions.
 * The linked program starts at _start, which calls pre_init, post_init and then run (control components) or the
 * dispatch loop.
 *
 * Badges of what arrives at the component's endpoint:
 *   CAMKES_BADGE_NOTIFICATION | bits   signals and interrupts through the bound notification
 *   CAMKES_BADGE_DYNAMIC | id          clients that are made at run time -> camkes_dynamic()
 *   interface << 8 | (client + 1)      a call from another component
 *
 * Reply objects. The component owns reply_count of them in consecutive slots. Invariant: exactly one is `current`, the
 * one given to the next receive; it holds the caller of the request that is being served. Every other one is
 * either parked (holds the caller of a request that is answered later) or free. camkes_park() leaves the current one
 * with its caller and makes a free one current, so the loop never receives with a reply object that holds a
 * parked caller (which would cancel that caller's call). A request that is dropped keeps its caller in the current
 * object; the next receive cancels it. */
#ifndef CAMKES_RUNTIME_H
#define CAMKES_RUNTIME_H

#include <camkes/marshal.h>
#include <camkes/persistent.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAMKES_BADGE_NOTIFICATION ((seL4_Word)1 << 27)
#define CAMKES_BADGE_DYNAMIC ((seL4_Word)1 << 26)
#define CAMKES_BADGE_SIGNALS (CAMKES_BADGE_DYNAMIC - 1)
#define CAMKES_DYNAMIC_ID(badge) ((badge) & 0xffffffu)

/* Label of a request: base + number of the method in its procedure. Fault labels are below the base. */
#define CAMKES_LABEL_BASE 64u
/* Labels of a reply. */
#define CAMKES_REPLY_OK 0u
#define CAMKES_REPLY_MALFORMED 1u
#define CAMKES_REPLY_RESTARTED 19u /* the server died in this call, or refuses to serve for a while (SDK: ServiceRestarted) */

/* A call that is being served: arguments in, results out. Both lie over the same words, so a dispatch function reads
 * (or copies) all arguments before it writes a result; and a handler that makes calls itself overwrites the
 * arguments of an IPC-buffer interface, so those are always copied before the handler is called. */
typedef struct camkes_rpc {
    camkes_stream_t in;
    camkes_stream_t out;
} camkes_rpc_t;

/* Dispatch function of one method (generated): reads arguments; returns at once when camkes_bad(&rpc->in); calls the
 * handler; returns at once when camkes_deferred(); writes the results. */
typedef void (*camkes_method_t)(camkes_rpc_t *rpc);

/* One provided interface. */
struct camkes_interface {
    const camkes_method_t *methods; /* by label - CAMKES_LABEL_BASE */
    void *const *pages;             /* shared page of each client; NULL: arguments are in the IPC buffer */
    uint8_t method_count;
    uint8_t client_count;
};

/* One source of signals: an interrupt or another component's signal. */
struct camkes_source {
    seL4_Word bit;        /* its one bit in the notification word (1 << n, n < 26) */
    void (*handle)(void); /* generated or the component's <irq>_handle / <iface>_notified */
};

/* A parked call (see camkes_park): mutable, generated with reply_count zero-initialised elements. */
struct camkes_reply {
    void *page; /* shared page of the parked caller, or NULL */
    bool busy;
};

/* What the composer tells the runtime about a component. */
struct camkes_component {
    const struct camkes_interface *interfaces;
    const struct camkes_source *sources;
    struct camkes_reply *replies;
    int (*run)(void);           /* control component, else NULL */
    bool (*dynamic)(seL4_Word badge, seL4_MessageInfo_t info); /* camkes_dynamic, or NULL */
    uint16_t endpoint;          /* slots; 0: none */
    uint16_t notification;
    uint16_t reply_base;        /* slot of the first reply object */
    uint16_t irq_base;          /* slot of the first interrupt handler */
    uint16_t self_cnode;
    uint8_t self_cnode_bits;    /* radix */
    uint8_t interface_count;
    uint8_t source_count;
    uint8_t reply_count;        /* 1 + spare replies */
    uint8_t irq_count;
};
extern const struct camkes_component camkes_component;
extern const char camkes_name[]; /* instance name, for log lines */

/* IPC buffer of the component's thread; lies in .bss, the composer reads its address from the linked image. */
extern seL4_IPCBuffer camkes_ipc_buffer;

/* ---- life cycle ---------------------------------------------------------------------------------------------- */

/* Implemented by the component when it needs them. */
void pre_init(void);
void post_init(void);
int run(void);

/* How a component starts: a0 at its entry. */
enum camkes_life {
    CAMKES_LIFE_FIRST,     /* of a fresh image */
    CAMKES_LIFE_RESTARTED, /* after a death: .bss is clean, persistent variables and mappings are as they were */
    CAMKES_LIFE_REFUSING,  /* too many deaths: answers CAMKES_REPLY_RESTARTED to everybody until it is started again */
};

/* True when the supervisor started this component again. Persistent variables are then to be looked through; servers
 * still hold what the last life had got from them; interrupts are acknowledged already; signals that were on their way
 * may be lost, and those of the last life may still come. */
bool camkes_restarted(void);

/* Serves one event, then sends the reply: for a control component that also provides interfaces. Blocks until
 * there is one. */
void camkes_serve(void);

/* Stops this thread for ever. */
_Noreturn void camkes_stop(void);

/* ---- server side --------------------------------------------------------------------------------------------- */

/* Index (0-based, per interface) of the client whose request is being served. */
seL4_Word camkes_sender(void);

typedef int camkes_park_t;

/* Parks the request that is being served: the runtime sends no reply when the handler returns. Returns a handle for a
 * generated <iface>_<method>_reply (or camkes_raw_reply_to), or -1 when no reply object is free: then the handler
 * must answer at once. A handle is valid until it is replied to or dropped. */
camkes_park_t camkes_park(void);

/* Frees a handle without answering. A caller that still waits is stopped (its call is cancelled) when the reply
 * object is next used. */
void camkes_unpark_drop(camkes_park_t p);

/* True when the request being served was parked: dispatch functions then write no results. */
bool camkes_deferred(void);

/* Reply to a parked call (generated code): results go into the stream of begin; end sends and frees the handle. */
camkes_stream_t camkes_reply_begin(camkes_park_t p);
void camkes_reply_end(camkes_park_t p, const camkes_stream_t *out);

/* Adds a capability to the reply of the request being served; release: it is deleted from the own CSpace after the
 * reply is sent. It arrives only if the caller has set a receive slot. */
void camkes_set_reply_cap(seL4_CPtr cptr, bool release);

/* Dynamic clients: implemented by a component whose `dynamic` attribute is set. Message registers are in the IPC
 * buffer (seL4_GetMR). To answer, the hook sets message registers and calls camkes_raw_reply as its last act, or parks,
 * or does neither (the caller is dropped). Returning false answers CAMKES_REPLY_MALFORMED. */
bool camkes_dynamic(seL4_Word badge, seL4_MessageInfo_t info);
void camkes_raw_reply(seL4_MessageInfo_t info);

/* Answers a parked dynamic client at once with the message registers in the IPC buffer, and frees the handle. */
void camkes_raw_reply_to(camkes_park_t p, seL4_MessageInfo_t info);

/* ---- client side --------------------------------------------------------------------------------------------- */

/* Stream for the arguments of a call: the shared page, or the IPC buffer when page is NULL. */
camkes_stream_t camkes_request(void *page);

/* Calls method number `method` (0-based) behind the endpoint; *s is the stream that holds the arguments, afterwards
 * that with the results. `page` as in camkes_request. Returns false (and *s is bad) when the arguments did not fit
 * or the server did not understand them. */
bool camkes_call(seL4_CPtr endpoint, seL4_Word method, void *page, camkes_stream_t *s);

/* Label of the last call's reply: tells CAMKES_REPLY_RESTARTED (the call may have been served, in part or not at all) from
 * CAMKES_REPLY_MALFORMED when a client stub has returned its error (-1, or 0). */
seL4_Word camkes_call_status(void);

/* True when the last call failed because its server died or refuses to serve. */
static inline bool camkes_server_restarted(void) { return camkes_call_status() == CAMKES_REPLY_RESTARTED; }

/* The same for up to four one-word arguments and one result word, in registers. Returns false when the reply has
 * another label or length. */
bool camkes_call_words(seL4_CPtr endpoint, seL4_Word method, seL4_Word args, seL4_Word mr[4]);

/* Slot of the own CNode (must be empty) into which the next call's reply may put a capability; 0: none. It holds for
 * one call. */
void camkes_set_recv_slot(seL4_CPtr slot);

/* Capability that goes with the next call's request (the endpoint capability needs Grant). It holds for one call. */
void camkes_set_request_cap(seL4_CPtr cptr);

/* True when the last call's reply put a capability into the receive slot. */
bool camkes_received_cap(void);

/* ---- signals (control components without a dispatch loop) ---------------------------------------------------- */

/* Waits for / looks at any of the given notification bits, and takes them. */
seL4_Word camkes_wait(seL4_Word bits);
seL4_Word camkes_poll(seL4_Word bits);

/* ---- supervision --------------------------------------------------------------------------------------------- */

/* What the composer tells the supervisor (attribute `supervisor`) about every other component. Its number in the table is
 * CAMKES_DYNAMIC_ID of the badge of its faults. */
struct camkes_supervised {
    const char *name;
    uint32_t entry;     /* first address of its image */
    uint32_t budget_us; /* of its scheduling context */
    uint32_t period_us;
    uint16_t caps;      /* slots: TCB, scheduling context, then its reply objects */
    uint8_t replies;    /* number of reply objects */
    uint8_t priority;
};

/* ---- debugging ----------------------------------------------------------------------------------------------- */

/* Logs one line per used slot of the component's CNode with the type of its capability (debug kernels); otherwise one
 * line saying that it needs a debug kernel. */
void camkes_capscan(void);

#endif
