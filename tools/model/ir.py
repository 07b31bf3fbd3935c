# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The one form that every front end brings a model into: tensors in NHWC and operators with TFLite's meaning."""
from dataclasses import dataclass, field
from math import prod

from errors import ModelError

# More than any device of this kind holds; keeps absurd files from costing memory and time.
MAX_FILE = 64 << 20
MAX_TENSORS = 4096
MAX_NODES = 2048
MAX_RANK = 6
MAX_ELEMENTS = 1 << 26
MAX_WEIGHTS = 1 << 24      # of all operators together, as often as they are used: what the largest window of the chip holds


@dataclass
class Quant:
    """real = scale * (integer - zero). One pair, or one per index of dimension axis."""
    scales: tuple
    zeros: tuple
    axis: int = 0

    @property
    def scale(self):
        return self.scales[0]

    @property
    def zero(self):
        return self.zeros[0]


@dataclass(eq=False)
class Tensor:
    name: str
    shape: tuple
    dtype: str
    quant: Quant = None
    data: object = None         # constants: a sequence of integers
    number: int = 0

    @property
    def size(self):
        return prod(self.shape)

    @property
    def depth(self):
        return self.shape[-1] if self.shape else 1

    def __str__(self):
        return f"tensor {self.number} '{self.name}'"


@dataclass(eq=False)
class Node:
    op: str
    number: int
    inputs: list                # of Tensor, None where an optional one is absent
    outputs: list
    attrs: dict = field(default_factory=dict)

    @property
    def output(self):
        return self.outputs[0]

    def __str__(self):
        return f"operator {self.number} {self.op}" + (f" '{self.output.name}'" if self.outputs else "")

    def error(self, text):
        return ModelError(f"{self}: {text}")


@dataclass
class Graph:
    name: str
    nodes: list
    inputs: list
    outputs: list

    def consumers(self, tensor):
        return [node for node in self.nodes if tensor in node.inputs]


def printable(text):
    """A name as it may be shown: from a file that nobody vouches for."""
    return "".join(c if c.isprintable() else "?" for c in text[:80])
