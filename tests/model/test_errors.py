# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What is refused, and the words for it."""
import random

import build
import nets
import onnx_net
import pytest
import schema
import tflite_writer
from conftest import compiled
from errors import ModelError


def refusal(data, path="net.tflite"):
    with pytest.raises(ModelError) as caught:
        build.build(build.read(data, path))
    return str(caught.value)


def dense(**changes):
    """A fully connected layer with one thing that is wrong."""
    w = tflite_writer.Writer()
    given = {"dtype": "int8", "zero": 3, "weights_zero": 0, "weights_scale": [0.1], "scale": 0.2, "units": 3,
             "activation": "NONE", "shape": (1, 4), "bias": [1, 2, 3], "bias_scale": None, "output_dtype": "int8", **changes}
    x = w.tensor("x", given["shape"], given["dtype"], 0.5, given["zero"])
    k = w.constant("k", (3, 4), range(12), "int8", given["weights_scale"], given["weights_zero"])
    b = w.constant("b", (3,), given["bias"], "int32", given["bias_scale"])
    y = w.tensor("y", (1, given["units"]), given["output_dtype"], given["scale"], 0)
    w.operator("FULLY_CONNECTED", [x, k, b], [y], activation=given["activation"])
    return w.finish([x], [y])


@pytest.mark.parametrize("changes, words", [
    ({"dtype": "uint8"}, "operator 0 FULLY_CONNECTED 'y': tensor 0 'x' is uint8: models of that older scheme are not supported"),
    ({"dtype": "float32"}, "tensor 0 'x' is float32, only int8 is supported"),
    ({"output_dtype": "int32"}, "tensor 3 'y' is int32, only int8"),
    ({"zero": 300}, "tensor 0 'x' has zero point 300"),
    ({"weights_zero": 5}, "tensor 1 'k' has a zero point other than 0"),
    ({"weights_scale": [0.1, 0.2]}, "2 scales for 3 channels"),
    ({"weights_scale": [0.1, -0.2, 0.1]}, "a scale that is not positive"),
    ({"scale": 0.0}, "a scale that is not positive"),
    ({"scale": float("nan")}, "a scale that is not positive"),
    ({"scale": None}, "tensor 3 'y' has no scale"),
    ({"scale": 1e-30}, "operator 0 FULLY_CONNECTED 'y': scale"),
    ({"units": 4}, "tensor 3 'y' has shape [1, 4], not 1 times 3"),
    ({"shape": (1, 5)}, "5 elements, no multiple of 4"),
    ({"shape": (0, 4)}, "tensor 0: dynamic or empty shape"),
    ({"shape": (-1, 4)}, "tensor 0: dynamic or empty shape"),
    ({"shape": (1 << 20, 1 << 20)}, "tensor 0: shape [1048576, 1048576] is too large"),
    ({"activation": "TANH"}, "fused activation TANH is not supported"),
    ({"bias": [1, 2, -(1 << 31)]}, "the sum of channel 2 may need more than 32 bits"),
    ({"bias_scale": 7.0}, "scale of channel 0 is 7.0, not 0.05"),
])
def test_dense(changes, words):
    assert words in refusal(dense(**changes))


def test_the_correct_one():
    assert compiled(dense())


@pytest.mark.parametrize("op", sorted(set(schema.OPERATORS.values()) - set(nets.OPERATORS) - {"SQUEEZE", "CUSTOM"}))
def test_operators_that_are_not_known(op):
    w = tflite_writer.Writer()
    x, y = (w.tensor(name, (1, 2, 2, 1), "int8", 0.5, 0) for name in "xy")
    w.operator(op, [x], [y])
    assert f"operator 0 {op} 'y': this operator is not supported" == refusal(w.finish([x], [y]))


def test_numbers_that_are_not_known(monkeypatch):
    monkeypatch.setitem(schema.OPERATOR_NUMBERS, "ADD", 77777)
    assert "operator 0 number 77777" in refusal(nets.single("ADD", random.Random(1)))
    monkeypatch.setitem(schema.OPERATOR_NUMBERS, "ADD", schema.OPERATOR_NUMBERS["CUSTOM"])
    assert "operator 0 CUSTOM ''" in refusal(nets.single("ADD", random.Random(1)))


def test_files_that_are_something_else():
    assert "offset 0x4: not a .tflite file" in refusal(b"\x7fELF" + bytes(60))
    assert "no TFL3" in refusal(b"")
    assert "neither a .tflite file nor an ONNX model" in refusal(b"", "a.onnx")
    assert "offset 0x0: the file: " in refusal(b"\xff" * 30, "a.onnx")


def test_tensor_before_it_is_made():
    w = tflite_writer.Writer()
    x, y, z = (w.tensor(name, (1, 4), "int8", 0.5, 0) for name in "xyz")
    w.operator("ADD", [x, z], [y])
    w.operator("ADD", [x, y], [z])
    assert "operator 0 ADD 'y': tensor 2 'z' is used before it is made" == refusal(w.finish([x], [y]))


def test_output_that_is_made_twice():
    w = tflite_writer.Writer()
    x, y = (w.tensor(name, (1, 4), "int8", 0.5, 0) for name in "xy")
    for _ in range(2):
        w.operator("ADD", [x, x], [y])
    assert "operator 1 ADD 'y': tensor 1 'y' is made twice" in refusal(w.finish([x], [y]))


def test_onnx_operators_that_are_not_known():
    assert refusal(onnx_net.graph(onnx_net.node("LSTM", ["x"], ["y"])), "a.onnx") == "node 0 LSTM 'y': this operator is not supported"


def test_onnx_without_quantisation():
    assert refusal(onnx_net.graph(onnx_net.node("Add", ["x", "x"], ["y"])), "a.onnx") == "node 0 Add 'y': 'x' is no tensor behind DequantizeLinear"


def test_onnx_scale_that_is_missing():
    assert refusal(onnx_net.graph(onnx_net.node("QuantizeLinear", ["x", "s"], ["y"])), "a.onnx") == "node 0 QuantizeLinear 'y': 's' is used before it is made"


@pytest.mark.parametrize("op", onnx_net.COUNTING)
def test_onnx_counts_that_are_real_numbers(op):
    assert refusal(onnx_net.counting(op, "float32"), "a.onnx").endswith(" is float32")
    build.build(build.read(onnx_net.counting(op), "a.onnx"))


def test_onnx_image_that_is_not_flattened_to_one_row():
    """Its elements are in another order here, and rows of it are no rows."""
    weights = [onnx_net.tensor("w", (9, 4), "int8", range(36)), onnx_net.node("DequantizeLinear", ["w", "s", "z"], ["wd"])]
    data = onnx_net.between("Reshape", (1, 2, 3, 3), ((2,), "int64", [2, 9]), behind=[weights[1], onnx_net.node("MatMul", ["c", "wd"], ["d"])])
    data = onnx_net.field(7, onnx_net.field(5, weights[0]) + data[data.index(b"\x0a"):])
    assert "an image of shape [2, 3, 3] is not flattened to one row" in refusal(data, "a.onnx")


def test_onnx_text_is_printable():
    assert "auto_pad ?[2J is not supported" in refusal(onnx_net.between("MaxPool", (1, 2, 3, 3), kernel_shape=[2, 2], auto_pad="\x1b[2J"), "a.onnx")
