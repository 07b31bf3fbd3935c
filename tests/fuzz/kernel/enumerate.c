/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Bounded exhaustive enumeration: every sequence of `depth` actions out of a short list, each carried out by whichever thread runs, in the small
 * world. Sequences that lead to a state that has been seen are not continued. A state is kept as the sequence that leads to it and made
 * again when needed: that costs time, but no copies of memory.
 *
 *   enumerate [DEPTH (2) [MAX_STATES]]    the last line says how many states and transitions there were and whether the bound was hit
 *
 * In addition every system call on an endpoint, notification or reply object is done again without the fast paths: whether one applied or
 * handed over to the general path, both must lead to the same state. */
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

#define MAX_DEPTH 12u

struct state {
    uint8_t length;
    uint8_t action[MAX_DEPTH];
};

static struct state *states;   /* in order of discovery: breadth first */
static size_t state_count, max_states;
static uint64_t *seen;         /* open hashing of the states' hashes; 0: empty */
static size_t seen_size;
static bool full;

static unsigned long transitions, compared;

static uint64_t present_hash(void)
{
    uint64_t hash = host_hash(world_memory.base, world_memory.bytes);
    return hash == 0 ? 1 : hash;
}

/* True when the state is new. */
static bool remember(uint64_t hash)
{
    size_t i = hash % seen_size;
    for (; seen[i] != 0; i = (i + 1) % seen_size)
        if (seen[i] == hash)
            return false;
    seen[i] = hash;
    return true;
}

static void replay(const struct state *s)
{
    host_reset();
    for (unsigned i = 0; i < s->length; i++)
        action_do(s->action[i]);
}

static void print(const struct state *s, unsigned last)
{
    for (unsigned i = 0; i < s->length; i++)
        fprintf(stderr, "  %s\n", action_name(s->action[i]));
    fprintf(stderr, "  %s\n", action_name(last));
}

static void discover(const struct state *from, unsigned action)
{
    if (!remember(present_hash()))
        return;
    if (state_count == max_states) {
        full = true;
        return;
    }
    struct state *s = &states[state_count++];
    *s = *from;
    s->action[s->length++] = (uint8_t)action;
}

/* The fast path is only a quicker way to do the same. */
static void compare_paths(const struct state *s, unsigned action)
{
    uint64_t fast = present_hash();

    replay(s);
    host_slow = true;
    action_do(action);
    host_slow = false;
    compared++;
    if (present_hash() != fast) {
        fprintf(stderr, "the fast path and the general path differ after\n");
        print(s, action);
        abort();
    }
}

static const struct state *present_state;
static unsigned present_action;

static void report(int signal_number)
{
    (void)signal_number;
    fprintf(stderr, "failed after\n");
    print(present_state, present_action);
}

static void expand(size_t index)
{
    static struct state from; /* for report() */

    from = states[index];
    present_state = &from;
    for (unsigned a = 0; a < action_count; a++) {
        present_action = a;
        replay(&from);
        if (!action_possible(a))
            continue;
        action_do(a);
        transitions++;
        if (action_is_ipc(a))
            compare_paths(&from, a);
        discover(&from, a);
    }
}

int main(int argc, char **argv)
{
    unsigned depth = argc > 1 ? (unsigned)atoi(argv[1]) : 2;

    max_states = argc > 2 ? strtoul(argv[2], NULL, 0) : 2000000;
    if (depth == 0 || depth > MAX_DEPTH)
        return 2;
    seen_size = 2 * max_states + 1021;
    states = malloc(max_states * sizeof *states);
    seen = calloc(seen_size, sizeof *seen);
    signal(SIGABRT, report);
    host_start();
    world_make(true);
    states[state_count++] = (struct state){0};
    remember(present_hash());
    for (size_t i = 0; i < state_count && states[i].length < depth; i++) {
        if (i > 0 && states[i].length != states[i - 1].length)
            fprintf(stderr, "depth %u: %zu states so far\n", states[i].length, state_count);
        expand(i);
    }
    printf("depth %u, %u actions: %zu states, %lu transitions (%lu compared with the general path)%s\n", depth, action_count, state_count,
           transitions, compared, full ? ", STOPPED at the limit of states" : "");
    printf("[  PASSED  ] 1 test(s).\n");
    return 0;
}
