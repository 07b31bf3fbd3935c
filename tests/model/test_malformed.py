# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Files cut at every byte and changed at every byte: an error that names a place, or a model that the device accepts."""
import importlib.util
import os
import random
import struct

import build
import image
import nets
import onnx_net
import pytest
import runner
from conftest import ROOT

spec = importlib.util.spec_from_file_location("fuzz_model", ROOT / "tests/fuzz/parsers/model.py")
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)


@pytest.fixture(scope="module", autouse=True)
def quick_executor(tmp_path_factory):
    """Without the address sanitizer, which takes most of the time; tests/fuzz/parsers/nn_model.c has it."""
    usual, path = os.environ["MODEL_HOST"], tmp_path_factory.mktemp("quick") / "model-host"
    runner.compile_program(str(path), ["-g", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"])
    os.environ["MODEL_HOST"] = str(path)
    yield
    os.environ["MODEL_HOST"] = usual


def files():
    rng = random.Random(5)
    net, x = nets.begin(rng, (1, 5, 4, 2))
    yield "convolution.tflite", net.finish(x, net.conv(x))
    net, x = nets.begin(rng, (1, 6))
    yield "dense.tflite", net.finish(x, net.softmax(net.dense(x)))
    yield "small.onnx", onnx_net.network(rng, 0)[0]
    yield "small.model", image.encode(build.build(build.read(nets.single("CONV_2D", rng), "x.tflite"))[0])


FILES = dict(files())


@pytest.mark.parametrize("name", FILES)
def test_as_it_is(name):
    assert fuzz.attempt(FILES[name], name)


@pytest.mark.parametrize("name", FILES)
def test_cut(name):
    """Without its last bytes; only the padding behind a string may be missing."""
    data = FILES[name]
    accepted = [size for size in range(len(data)) if fuzz.attempt(data[:size], name)]
    assert all(size > len(data) - 8 for size in accepted), accepted


@pytest.mark.parametrize("name", FILES)
def test_every_byte(name):
    data, rng = FILES[name], random.Random(1)
    for at in range(len(data)):
        value = data[at] ^ (1 << rng.randrange(8)) if at % 2 else rng.randrange(256)
        fuzz.attempt(data[:at] + bytes([value]) + data[at + 1:], name)


@pytest.mark.parametrize("name", FILES)
def test_every_word(name):
    """Each aligned word becomes an offset to nowhere, to itself, to the begin, and to the end."""
    data = FILES[name]
    for at in range(0, len(data) - 3, 4):
        for value in (0, 0xffffffff, 0x7fffffff, len(data) - at - 4)[at // 4 % 2::2]:
            fuzz.attempt(data[:at] + struct.pack("<I", value) + data[at + 4:], name)


def test_the_same_bytes_over_and_over():
    """A vector of tables that all are the same one does not multiply the work."""
    data = bytearray(FILES["convolution.tflite"])
    for at in range(0, len(data) - 3, 4):
        struct.pack_into("<I", data, at, 0x7fff)
        fuzz.attempt(bytes(data), "x.tflite")
