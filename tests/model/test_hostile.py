# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Files that would take much more memory or time than they are long: refused before they do."""
import random
import struct
import tracemalloc

import build
import image
import lower
import nets
import onnx_net
import onnx_reader
import pytest
import runner
import schema
import tflite_writer
from errors import ModelError
from flatbuffer import Flatbuffer
from test_errors import refusal


def test_one_table_named_a_million_times():
    w = tflite_writer.Writer()
    x = w.tensor("x", (1, 4), scale=0.1)
    data, count = bytearray(w.finish([x], [x])), 1 << 20
    data += bytes(-len(data) % 4)
    at, table = len(data), 4 + 4 * count + 4            # the vector; from there, the table behind it and its vtable
    data += struct.pack("<I", count) + b"".join(struct.pack("<I", table - 4 - 4 * n) for n in range(count)) + struct.pack("<HHi", 4, 4, 4)
    place = Flatbuffer(bytes(data)).root().place(schema.MODEL["buffers"], 4)
    struct.pack_into("<I", data, place, at - place)
    assert refusal(bytes(data)).endswith("the file has too much in it, or names the same bytes too often")


def test_the_same_weights_in_many_operators():
    w, size = tflite_writer.Writer(), 1 << 10
    x = w.tensor("x", (1, size), scale=0.1)
    k = w.constant("k", (size, size), [1] * size * size, scale=0.1)
    for number in range(20):
        y = w.tensor(f"y{number}", (1, size), scale=0.1)
        w.operator("FULLY_CONNECTED", [x, k], [y])
        x = y
    assert refusal(w.finish([0], [x])) == "operator 16 FULLY_CONNECTED 'y16': more than 16777216 numbers in the constants of all operators"


def test_packing_takes_little_more_memory_than_the_weights():
    """Also a single row of a million."""
    weights = memoryview(bytes(1 << 20)).cast("b")
    tracemalloc.start()
    packed, sums = lower.transposed(weights, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert packed == bytes(weights) and sums == [(0, 0)] and peak < 4 << 20


def test_many_small_fields():
    words = refusal(onnx_net.field(7, onnx_net.field(1, b"\x08\x00" * (1 << 20))), "a.onnx")
    assert words.startswith("offset 0x") and words.endswith(": more than 1048576 fields")


def test_the_same_constant_quantised_many_times(monkeypatch):
    monkeypatch.setattr(onnx_reader, "MAX_NUMBERS", 100)
    behind = [onnx_net.node("QuantizeLinear", ["c0", "s", "z"], [f"k{n}"]) for n in range(20)]
    behind = [*behind, onnx_net.node("Sigmoid", ["c"], ["d"])]
    assert refusal(onnx_net.between("Flatten", (1, 4), ((10,), "float32", [1] * 10), behind=behind), "a.onnx") == \
        "node 13 QuantizeLinear 'k10': more than 100 numbers in the constants of all operators"


def made():
    return build.build(build.read(nets.single("SOFTMAX", random.Random(1)), "x.tflite"))[0]


def test_more_labels_than_anything_has():
    model = made()
    model.ports[-1].labels = [""] * 70000
    with pytest.raises(ModelError, match="70000 labels are more than 65535"):
        image.decode(image.encode(model))


def test_the_same_weights_in_many_layers(monkeypatch):
    """The device's check goes through the weights of each layer: not for ever. What it refuses the tool does not make."""
    w, size = tflite_writer.Writer(), 1 << 10
    x, y = (w.tensor(name, (1, size), scale=0.1) for name in "xy")
    w.operator("FULLY_CONNECTED", [x, w.constant("k", (size, size), [1] * size * size, scale=0.1)], [y])
    model, _ = build.build(build.read(w.finish([x], [y]), "x.tflite"))
    model.layers *= 31
    runner.check(image.encode(model))
    model.layers.append(model.layers[0])
    with pytest.raises(ModelError, match="the model has 33587200 weights, rows and letters of labels; at most 33554432 are possible"):
        image.encode(model)
    monkeypatch.setattr(image, "MAX_LOOKS", 1 << 32)
    with pytest.raises(ModelError, match="layer 31: weights: too much to look at"):
        runner.check(image.encode(model))


def test_names_in_an_image_are_printable():
    model = made()
    model.ports[0].name, model.ports[-1].labels = "\x1b[2J" + "x" * 1000, ["\n"]
    shown = image.decode(image.encode(model))
    assert shown.ports[0].name == "?[2J" + "x" * 76 and shown.ports[-1].labels == ["?"]


@pytest.mark.parametrize("seed", range(300))
def test_room_between_input_and_output(seed):
    """The formula says what going through all rows says; rows may be 65535."""
    rng = random.Random(seed)
    layer = image.Layer("CONV_2D", in_shape=(rng.randint(1, 12), 3, rng.randint(1, 3)), out_shape=(rng.randint(1, 12), 3, rng.randint(1, 3)),
                        kernel=(rng.randint(1, 5), 3), stride=(rng.randint(1, 4), 1), dilation=(rng.randint(1, 2), 1), pad=(rng.randint(0, 9), 1))
    (height, width, depth), (rows, out_width, out_depth) = layer.in_shape, layer.out_shape
    copied = [max(0, y * layer.stride[0] + layer.rows() - layer.pad[0]) for y in range(rows)]
    assert layer.slack() == min((seen * width * depth - (y + 1) * out_width * out_depth for y, seen in enumerate(copied) if seen < height),
                                default=height * width * depth)
