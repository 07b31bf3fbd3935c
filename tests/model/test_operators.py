# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Every operator, in files of random shape, stride, padding and scale: tool and executor against TFLite's semantics."""
import random

import nets
import pytest
from conftest import compare


@pytest.mark.parametrize("op", nets.EXACT)
def test_operator(op):
    for seed in range(25):
        compare(nets.single(op, random.Random(f"{op} {seed}")), random.Random(seed))


def test_hard_swish():
    """TFLite's steps in 16 bits are within one of the function."""
    for seed in range(25):
        compare(nets.single("HARD_SWISH", random.Random(seed)), random.Random(seed), tolerance=1)


@pytest.mark.parametrize("step", [0.5, 15.9, 16.0, 31.9, 32.0, 1000.0])
def test_softmax_of_steep_numbers(step):
    """From a scale of 32 on only the largest count, however TFLite's shift gets there."""
    net, _ = nets.begin(random.Random(1))
    x = net.activation((3, 7), step=step)
    compare(net.finish(x, net.softmax(x)), random.Random(1))


@pytest.mark.parametrize("seed", range(60))
def test_chain(seed):
    compare(nets.chain(random.Random(seed), 2 + seed % 9), random.Random(seed), runs=2)
