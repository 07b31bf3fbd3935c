# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The memory plan: nothing that lives overlaps, nothing is folded that must not be, and the folded costs nothing."""
import random

import build
import image
import layout
import nets
import plan
import pytest
import tflite_writer
from conftest import compare, compiled
from lower import Storage


@pytest.mark.parametrize("seed", range(200))
def test_first_fit(seed):
    rng = random.Random(seed)
    blocks = []
    for number in range(rng.randint(1, 40)):
        first = rng.randrange(20)
        blocks.append(Storage(str(number), rng.randint(1, 5000), first=first, last=rng.randint(first, 20)))
    bound = plan.lower_bound(blocks, 21, {})
    arena = plan.place_best(blocks, bound, {})
    assert bound <= arena <= 2 * bound
    for a in blocks:
        assert a.offset % plan.ALIGN == 0 and a.offset + a.size <= arena
        for b in blocks:
            apart = a.offset + a.size <= b.offset or b.offset + b.size <= a.offset or a.last < b.first or b.last < a.first
            assert a is b or apart, (a, b)


def layers(data):
    return [layer.op for layer in image.decode(compiled(data)).layers]


def test_reshape_is_nothing():
    net, x = nets.begin(random.Random(1), (1, 4, 4, 2))
    made = net.finish(x, net.dense(net.reshape(net.dense(net.reshape(x)))))
    assert layers(made) == ["FULLY_CONNECTED"] * 2
    compare(made, random.Random(1))


def test_reshape_of_an_input_to_an_output_is_a_copy():
    net, x = nets.begin(random.Random(1), (1, 4, 4, 2))
    y = net.reshape(x)
    made = net.finish(x, y, net.reshape(y))
    assert layers(made) == ["CONCATENATION"] * 2
    compare(made, random.Random(1))


@pytest.mark.parametrize("op", ["conv", "depthwise"])
def test_padding_becomes_the_convolutions(op):
    for seed in range(8):
        net, x = nets.begin(random.Random(seed), (1, 6, 5, 3))
        pads = net.writer.constant("pads", (4, 2), [0, 0, 1, 2, 2, 1, 0, 0], "int32")
        padded = net.activation((1, 9, 8, 3), x)
        net.writer.operator("PAD", [x[0], pads], [padded[0]])
        made = net.finish(x, getattr(net, op)(padded))
        assert len(layers(made)) == 1
        compare(made, random.Random(seed))


def test_padding_that_somebody_else_needs_stays():
    net, x = nets.begin(random.Random(4), (1, 6, 5, 3))
    padded = net.pad(x)
    made = net.finish(x, net.conv(padded), padded)
    assert layers(made) == ["PAD", "CONV_2D"]
    compare(made, random.Random(1))


@pytest.mark.parametrize("same", [True, False])
def test_rectifier_behind_an_operator(same):
    """Its clamp, if no number changes on the way."""
    w = tflite_writer.Writer()
    x = w.tensor("x", (1, 8), scale=0.1, zero=5)
    k = w.constant("k", (3, 8), range(-12, 12), scale=0.01)
    y = w.tensor("y", (1, 3), scale=0.05, zero=-9)
    z = w.tensor("z", (1, 3), scale=0.05 if same else 0.04, zero=-9)
    w.operator("FULLY_CONNECTED", [x, k], [y])
    w.operator("RELU6", [y], [z])
    made = w.finish([x], [z])
    assert layers(made) == ["FULLY_CONNECTED"] + ["TABLE"] * (not same)
    compare(made, random.Random(1))


def test_in_place():
    """A sum takes the memory of an input that nobody needs any more."""
    w = tflite_writer.Writer()
    x = w.tensor("x", (1, 640), scale=0.1, zero=5)
    names = [w.tensor(name, (1, 640), scale=0.2, zero=1) for name in "abcd"]
    out = w.tensor("out", (1, 640), scale=0.2, zero=1)
    w.operator("ADD", [x, x], [names[0]])
    for source, target in zip(names, names[1:]):
        w.operator("ADD", [x, source], [target])
    w.operator("RELU", [names[-1]], [out])
    made = w.finish([x], [out])
    assert image.decode(compiled(made)).arena == 640
    compare(made, random.Random(1))


def test_overlapping_convolutions():
    """The output may take the place of the input while that is read; the executor agrees, and most use it."""
    used = 0
    for seed in range(30):
        data = nets.chain(random.Random(seed), 5, ("CONV_2D", "DEPTHWISE_CONV_2D"))
        for layer in image.decode(compare(data, random.Random(seed), runs=2)).layers:
            source, target = (image.offset_of(word) for word in (layer.source, layer.target))
            inside = image.window_of(layer.source) == image.window_of(layer.target) == image.ARENA
            used += inside and source < target + layout.target_bytes(layer) and target < source + layout.source_bytes(layer)
    assert used > 20


def test_bytes_at_the_ends_of_the_model():
    """uint8 in and out, as older files have it around an int8 model."""
    w = tflite_writer.Writer()
    x = w.tensor("x", (1, 40), "uint8", 0.1, 131)
    a = w.tensor("a", (1, 40), scale=0.1, zero=3)
    b = w.tensor("b", (1, 40), scale=0.1, zero=3)
    y = w.tensor("y", (1, 40), "uint8", 0.09, 120)
    w.operator("QUANTIZE", [x], [a])
    w.operator("ADD", [a, a], [b])
    w.operator("QUANTIZE", [b], [y])
    made = w.finish([x], [y])
    assert [port.dtype for port in image.decode(compiled(made)).ports] == ["uint8", "uint8"]
    compare(made, random.Random(1))


def test_what_is_not_used_is_dropped():
    net, x = nets.begin(random.Random(1), (1, 4, 4, 2))
    net.conv(x)
    made = net.finish(x, net.dense(x))
    assert layers(made) == ["FULLY_CONNECTED"]


def test_layout_finds_a_wrong_plan():
    model, _ = build.build(build.read(nets.chain(random.Random(3), 6, ("CONV_2D", "FULLY_CONNECTED")), "x.tflite"))
    layout.regions(model)
    victim = next(layer for layer in model.layers if image.window_of(layer.source) == image.ARENA)
    victim.source += 1 << 20
    with pytest.raises(ValueError, match="reads .* of the arena, which holds nothing then"):
        layout.regions(model)
