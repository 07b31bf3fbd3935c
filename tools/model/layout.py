# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Memory over time, read from a finished image: who is where from which layer to which. Independent of the planner, so that it
also finds the planner's mistakes."""
from dataclasses import dataclass
from math import prod

import image
from errors import ModelError


@dataclass(eq=False)
class Region:
    """Bytes of the arena from the layer that writes them to the last that reads them."""
    start: int
    end: int
    first: int
    last: int
    what: str


def source_bytes(layer):
    """From the input's first byte to the last that is read."""
    if layer.op != "STRIDED_SLICE":
        return prod(layer.in_shape)
    rows, pixels, channels = (count - 1 for count in layer.out_shape)
    return (rows * layer.stride[0] * layer.in_shape[1] + pixels * layer.stride[1]) * layer.in_shape[2] + channels * layer.multiplier + 1


def target_bytes(layer):
    if layer.op != "CONCATENATION":
        return prod(layer.out_shape)
    return (layer.in_shape[0] - 1) * layer.out_shape[1] * layer.out_shape[2] + layer.in_shape[1] * layer.in_shape[2]


def second_bytes(layer):
    return layer.in_shape[2] if layer.flags & image.BROADCAST else source_bytes(layer)


def reads(layer):
    """Ranges of the arena that a layer reads: first byte and end."""
    found = [(layer.source, source_bytes(layer))]
    if layer.op in ("ADD", "MUL"):
        found.append((layer.source2, second_bytes(layer)))
    return [(image.offset_of(word), image.offset_of(word) + size) for word, size in found if image.window_of(word) == image.ARENA]


def regions(model):
    """All regions, in the order in which they are written. ModelError: a layer reads what nobody has written, or somebody else since."""
    found, live = [], []
    for number, layer in enumerate(model.layers):
        for start, end in reads(layer):
            check_read(number, layer, start, end, live)
        if layer.scratch_bytes():
            at = image.offset_of(layer.scratch)
            found.append(Region(at, at + layer.scratch_bytes(), number, number, f"rows of layer {number}"))
            live = [region for region in live if not overlaps(region, at, at + layer.scratch_bytes())]
        if image.window_of(layer.target) == image.ARENA:
            start = image.offset_of(layer.target)
            written = Region(start, start + target_bytes(layer), number, number, f"layer {number} {layer.op}")
            live = [region for region in live if not overlaps(region, start, written.end) or interleaved(model, region, layer)] + [written]
            found.append(written)
    return found


def overlaps(region, start, end):
    return region.start < end and start < region.end


def interleaved(model, region, layer):
    """Parts of one concatenation lie between each other."""
    other = model.layers[region.first]
    return layer.op == other.op == "CONCATENATION" and layer.out_shape == other.out_shape and layer.in_shape[0] > 1


def check_read(number, layer, start, end, live):
    """Every byte of the range must be in what was written last there; those regions live on to here."""
    covered = start
    for region in sorted(live, key=lambda region: region.start):
        if overlaps(region, start, end):
            region.last = number
            if region.start <= covered:
                covered = max(covered, region.end)
    if covered < end:
        raise ModelError(f"layer {number} {layer.op}: reads {covered:#x} of the arena, which holds nothing then")


def live_bytes(found, number):
    """Bytes that live while a layer runs; shared ones count once."""
    total, top = 0, 0
    for region in sorted((r for r in found if r.first <= number <= r.last), key=lambda r: r.start):
        total += max(0, region.end - max(region.start, top))
        top = max(top, region.end)
    return total
