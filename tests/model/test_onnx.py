# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The ONNX front end: networks whose meaning in real numbers was computed beside."""
import random

import image
import onnx_net
import pytest
import runner
from conftest import compare, compiled, signed, to_bytes


@pytest.mark.parametrize("seed", range(40))
def test_network(seed):
    """Each layer may differ by one from the real numbers, and what follows sees that."""
    layers = seed % 4
    data, given, expected = onnx_net.network(random.Random(seed), layers)
    found = signed(runner.run(compiled(data, "net.onnx"), to_bytes(given)))
    differences = [abs(a - b) for a, b in zip(found, expected)]
    assert len(found) == len(expected)
    assert max(differences) <= 2 + 2 * layers, (found, expected)
    assert sum(differences) <= max(2, len(differences)), (found, expected)


@pytest.mark.parametrize("seed", range(10))
def test_same_as_reference(seed):
    """What the reader makes of it is then computed exactly."""
    data = onnx_net.network(random.Random(seed), 3)[0]
    compare(data, random.Random(seed), "net.onnx")


def test_order_of_dimensions():
    data, _, _ = onnx_net.network(random.Random(3), 0)
    assert image.decode(compiled(data, "net.onnx")).ports[0].shape[0] == 1
