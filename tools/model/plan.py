# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Where everything lives: lifetimes, storages used again in place or in part, offsets in the arena."""
import random

import image

ALIGN = 16
IN_PLACE = ("ADD", "MUL", "TABLE")
# Orders that are tried when the simple ones do not reach the lower bound; the generator is seeded, results repeat.
TRIES = 400
TRY_LIMIT = 80              # with more storages than this only the simple orders


def plan(steps):
    """Sets the offsets of all storages in the arena. Returns its size and the lower bound."""
    lifetimes(steps)
    share_in_place(steps)
    lifetimes(steps)
    blocks = [storage for storage in storages(steps) if storage.window == image.ARENA]
    slacks = overlaps(steps)
    bound = lower_bound(blocks, len(steps), slacks)
    return place_best(blocks, bound, slacks), bound


def storages(steps):
    """All, each once, in the order of their first use."""
    found = {}
    for step in steps:
        for storage in (*step.reads(), step.target[0], step.scratch):
            if storage:
                found.setdefault(storage)
    return list(found)


def lifetimes(steps):
    for storage in storages(steps):
        storage.first = storage.last = None
    for number, step in enumerate(steps):
        for storage in (*step.reads(), step.target[0], step.scratch):
            if storage:
                storage.first = number if storage.first is None else storage.first
                storage.last = number


def share_in_place(steps):
    """An elementwise layer may write over its input when nobody reads that any more."""
    for number, step in enumerate(steps):
        target = step.target[0]
        if step.layer.op not in IN_PLACE or target.window != image.ARENA or target.first != number:
            continue
        candidates = [step.source]
        if step.source2 and step.source2[0] and not step.layer.flags & image.BROADCAST:
            candidates.append(step.source2)
        for storage, offset in candidates:
            if storage.window == image.ARENA and storage.last == number and offset == 0 and storage.size == target.size:
                replace(steps, target, storage)
                storage.last = target.last
                break


def replace(steps, old, new):
    def swap(pair):
        return (new, pair[1]) if pair and pair[0] is old else pair
    for step in steps:
        step.source, step.source2, step.target = swap(step.source), swap(step.source2), swap(step.target)


def overlaps(steps):
    """Pairs (input, output) of storages that may overlap, with the most bytes by which the output begins behind the input: padded
    convolutions whose input nobody reads again."""
    found = {}
    for number, step in enumerate(steps):
        source, target, slack = step.source[0], step.target[0], step.layer.slack()
        if slack is not None and source.window == target.window == image.ARENA and source.last == number == target.first and not step.source[1]:
            found[source, target] = slack // ALIGN * ALIGN
    return found


def lower_bound(blocks, steps, slacks):
    """Most bytes that live at the same time; what may overlap counts once."""
    change = [0] * (steps + 1)
    for block in blocks:
        change[block.first] += image.align(block.size, ALIGN)
        change[block.last + 1] -= image.align(block.size, ALIGN)
    saved = [0] * (steps + 1)
    for (source, target), slack in slacks.items():
        sizes = image.align(source.size, ALIGN), image.align(target.size, ALIGN)
        saved[target.first] = max(sum(sizes) - max(sizes[0] - min(slack, 0), sizes[1]), 0)
    live = most = 0
    for value, less in zip(change, saved):
        live += value
        most = max(most, live - less)
    return most


def forbidden(block, other, at, slacks):
    """Where block may not begin, other being at `at`: from behind the first number to before the second."""
    low, high = at - block.size, image.align(at + other.size, ALIGN)
    if (other, block) in slacks:                # block is the output: not too far behind
        low = max(low, at + slacks[other, block])
    if (block, other) in slacks:                # block is the input: not too far before
        high = min(high, at - slacks[block, other])
    return low, high


def first_fit(order, slacks):
    """Each block at the lowest place that is free for all its life. Returns offsets and the arena's size."""
    offsets, top = {}, 0
    for block in order:
        at = 0
        for low, high in sorted(forbidden(block, other, place, slacks) for other, place in offsets.items()
                                if other.first <= block.last and block.first <= other.last):
            if low < at < high:
                at = image.align(high, ALIGN)
        offsets[block] = at
        top = max(top, image.align(at + block.size, ALIGN))
    return offsets, top


def orders(blocks):
    """Orders to try, the most promising first."""
    by_size = sorted(blocks, key=lambda b: (-b.size, b.first))
    yield by_size
    yield sorted(blocks, key=lambda b: (b.first - b.last, -b.size))
    yield sorted(blocks, key=lambda b: -b.size * (b.last - b.first + 1))
    yield blocks
    rng = random.Random(1)
    for _ in range(TRIES if len(blocks) <= TRY_LIMIT else 0):
        mixed = list(by_size)
        for _ in range(rng.randint(1, 4)):
            i, j = rng.randrange(len(mixed)), rng.randrange(len(mixed))
            mixed.insert(i, mixed.pop(j))
        yield mixed


def place_best(blocks, bound, slacks):
    best, least = {}, None
    for order in orders(blocks) if blocks else ():
        offsets, top = first_fit(order, slacks)
        if least is None or top < least:
            best, least = offsets, top
        if least == bound:
            break
    for block, offset in best.items():
        block.offset = offset
    return least or 0
