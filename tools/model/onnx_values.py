# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What an ONNX file is taken apart into: nodes with their attributes, constants, and the values that flow between nodes."""
import struct
from dataclasses import dataclass
from math import prod

from errors import ModelError
from ir import MAX_ELEMENTS, MAX_RANK, Node, Tensor, printable

# Types of tensors: name, format.
TYPES = {1: ("float32", "f"), 2: ("uint8", "B"), 3: ("int8", "b"), 6: ("int32", "i"), 7: ("int64", "q")}


@dataclass
class Constant:
    """An initializer, or what Constant gives."""
    name: str
    shape: tuple
    dtype: str
    data: object


@dataclass
class Scaled:
    """A constant behind DequantizeLinear: integers with scales."""
    name: str
    shape: tuple
    dtype: str
    data: object
    scales: tuple
    axis: int


@dataclass
class Real:
    """The real numbers of an int8 tensor, in ONNX's shape. order: (channels, height, width) whose flattening it is, if that matters."""
    tensor: Tensor
    shape: tuple
    order: tuple = None


@dataclass(eq=False)
class Pending:
    """What an operator gives, before QuantizeLinear says with which scale."""
    node: Node
    shape: tuple
    done: Tensor = None
    order: tuple = None


class Step:
    """A node of the file while it is read: its inputs, its attributes, its errors."""

    def __init__(self, number, message):
        self.number, self.op = number, printable(message.text(4))
        self.inputs, self.outputs = message.texts(1), message.texts(2)
        self.name = printable(message.text(3) or (self.outputs[0] if self.outputs else ""))
        self.attributes = {attribute.text(1): attribute for attribute in message.messages(5, f"attribute of {self}")}
        self.domain = message.text(7)

    def __str__(self):
        return f"node {self.number} {self.op} '{self.name}'"

    def error(self, text):
        return ModelError(f"{self}: {text}")

    def need(self, condition, text):
        if not condition:
            raise self.error(text)

    def integer(self, name, default):
        return self.attributes[name].integer(3, default) if name in self.attributes else default

    def real(self, name, default):
        return self.attributes[name].real(2, default) if name in self.attributes else default

    def integers(self, name, default):
        found = self.attributes[name].integers(8) if name in self.attributes else []
        return found or default

    def text(self, name, default):
        return printable(self.attributes[name].text(4)) if name in self.attributes else default


def check_dims(what, dims):
    if len(dims) > MAX_RANK or any(dim < 1 for dim in dims) or prod(dims) > MAX_ELEMENTS:
        raise ModelError(f"{what}: shape {list(dims)[:8]} is dynamic, empty or too large")


def read_tensor(message):
    name = message.text(8)
    dims = message.integers(1)
    check_dims(f"initializer '{printable(name)}'", dims)
    kind = message.integer(2)
    if kind not in TYPES or message.integer(14):
        raise ModelError(f"initializer '{printable(name)}': type {kind} is not supported, or its data is in another file")
    dtype, code = TYPES[kind]
    data = tensor_data(message, dtype, code)
    if len(data) != prod(dims):
        raise ModelError(f"initializer '{printable(name)}': {len(data)} numbers for shape {dims}")
    return Constant(name, tuple(dims), dtype, data)


def tensor_data(message, dtype, code):
    raw = message.bytes(9)
    if len(raw):
        if len(raw) % struct.calcsize(code):
            raise ModelError(f"{message.what}: {len(raw)} bytes are no whole number of {dtype}")
        return raw.cast(code)
    if dtype == "float32":
        return message.reals(4)
    low, high = {"uint8": (0, 255), "int8": (-128, 127), "int32": (-1 << 31, (1 << 31) - 1), "int64": (-1 << 63, (1 << 63) - 1)}[dtype]
    found = message.integers(7 if dtype == "int64" else 5)
    if any(not low <= number <= high for number in found):
        raise ModelError(f"{message.what}: a number is outside of {dtype}")
    return found
