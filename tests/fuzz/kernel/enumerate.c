/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Bounded exhaustive enumeration: every sequence of `depth` actions out of a short list, each carried out by whichever thread runs, in the small
 * world. Sequences that lead to a state that has been seen are not continued. A state is kept as the sequence that leads to it and made
 * again when needed: that costs time, but no copies of memory.
 *
 *   enumerate DEPTH [MAX_STATES]    the last line says how many states and transitions there were and whether the bound was hit
 *   enumerate walk COUNT [SEED]     random sequences of 60 actions, each with and without the fast paths
 *   enumerate                       depth 2 and 100 walks
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

/* A random walk, and how much of it has been done. */
#define WALK_STEPS 60u
static uint8_t walk_actions[WALK_STEPS];
static unsigned walked;

static void report(int signal_number)
{
    (void)signal_number;
    fprintf(stderr, "failed after\n");
    for (unsigned i = 0; i < walked; i++)
        fprintf(stderr, "  %s\n", action_name(walk_actions[i]));
    if (walked == 0)
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

/* --- random walks: longer than what can be enumerated, once with and once without the fast paths --------------------------------- */

static uint32_t random_state;
static uint32_t next_random(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* Does `length` actions; the hash of where they lead. When everybody waits, somebody starts again. */
static uint64_t walk(unsigned length, bool slow)
{
    const uint8_t *actions = walk_actions;

    host_reset();
    host_slow = slow;
    for (unsigned i = 0; i < length; i++) {
        walked = i + 1;
        if (host_state == HOST_IDLE)
            action_wake(actions[i]);
        if (action_possible(actions[i])) {
            action_do(actions[i]);
            transitions++;
        }
    }
    compared += host.fast_switches;
    host_slow = false;
    return present_hash();
}

/* Most of the actions are system calls on objects of IPC; what takes objects away comes late. */
static void choose_walk(void)
{
    uint8_t *actions = walk_actions;

    for (unsigned i = 0; i < WALK_STEPS; i++) {
        bool ipc = next_random(4) != 0;
        do
            actions[i] = (uint8_t)next_random(action_count);
        while ((ipc && !action_is_ipc(actions[i])) || (i < WALK_STEPS * 2 / 3 && action_destroys(actions[i])));
    }
}

static int random_walks(unsigned long count, uint32_t seed)
{
    transitions = compared = 0;
    for (unsigned long n = 0; n < count; n++) {
        random_state = seed + (uint32_t)n * 2654435761u;
        choose_walk();
        if (walk(WALK_STEPS, false) == walk(WALK_STEPS, true))
            continue;
        fprintf(stderr, "with and without the fast paths something else happens:\n");
        for (unsigned length = 1; length <= WALK_STEPS; length++) {
            if (walk(length - 1, false) == walk(length - 1, true) || length == 1)
                fprintf(stderr, "  %s%s\n", action_name(walk_actions[length - 1]), walk(length, false) == walk(length, true) ? "" : "   <-- here");
        }
        return 1;
    }
    printf("%lu walks, %lu actions, half of them without the fast paths (%lu times taken): no difference\n[  PASSED  ] 1 test(s).\n", count,
           transitions, compared);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned depth = argc > 1 ? (unsigned)atoi(argv[1]) : 2;

    if (argc > 2 && strcmp(argv[1], "walk") == 0) {
        signal(SIGABRT, report);
        host_start();
        world_make(true);
        return random_walks(strtoul(argv[2], NULL, 0), argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 1);
    }

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
    return argc > 1 ? 0 : random_walks(100, 1);
}
