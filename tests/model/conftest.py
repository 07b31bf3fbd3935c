# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Helpers: the executor built for the host with sanitizers, small networks, and their comparison with the reference."""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/model"), str(ROOT / "tools/packer"), str(ROOT / "tests/model")]
sys.dont_write_bytecode = True

import build                # noqa: E402
import image                # noqa: E402
import layout               # noqa: E402
import runner               # noqa: E402
from reference import Reference     # noqa: E402

REFERENCE_MODELS = pathlib.Path(os.environ.get("REFERENCE_MODELS", ROOT.parent / "shared/models")) / "mlperf-tiny"


@pytest.fixture(scope="session", autouse=True)
def executor(tmp_path_factory):
    """Path of the executor, which the tool runs from now on."""
    path = tmp_path_factory.mktemp("executor") / "model-host"
    runner.compile_program(str(path), ["-g", "-O1", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
    os.environ["MODEL_HOST"] = str(path)
    return path


def signed(data):
    return list(memoryview(data).cast("b"))


def to_bytes(values):
    return bytes(value & 255 for value in values)


def compiled(data, path="net.tflite"):
    """The image, checked in every way there is."""
    model, bound = build.build(build.read(data, path))
    made = image.encode(model)
    layout.regions(image.decode(made))
    assert bound <= model.arena
    runner.check(made)
    return made


def compare(data, rng, path="net.tflite", runs=3, tolerance=0):
    """The compiled network gives what the reference computes from the unchanged file. Returns the image."""
    made = compiled(data, path)
    model = image.decode(made)
    graph = build.read(data, path)
    inputs, expected = b"", b""
    for run in range(runs):
        values = [[extreme(rng, run) for _ in range(tensor.size)] for tensor in graph.inputs]
        window = bytearray(model.window("input"))
        for port, numbers in zip(model.ports, values):
            window[port.offset:port.offset + port.size] = to_bytes(numbers)
        unsigned = [[n & 255 for n in numbers] if tensor.dtype == "uint8" else numbers for tensor, numbers in zip(graph.inputs, values)]
        inputs += bytes(window)
        expected += output_window(model, Reference(graph).run(*unsigned))
    found = runner.run(made, inputs)
    assert len(found) == len(expected)
    wrong = [(at, a, b) for at, (a, b) in enumerate(zip(signed(found), signed(expected))) if abs(a - b) > tolerance]
    assert not wrong, f"{len(wrong)} of {len(found)} wrong, the first (place, found, expected): {wrong[:5]}"
    return made


def output_window(model, values):
    window = bytearray(model.window("output"))
    for port, numbers in zip([port for port in model.ports if port.kind == "output"], values):
        window[port.offset:port.offset + port.size] = to_bytes(numbers)
    return bytes(window)


def extreme(rng, run):
    """Random bytes; in the second run only the ends of the range."""
    return rng.choice((-128, 127)) if run == 1 else rng.randint(-128, 127)
