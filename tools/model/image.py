# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The bytes of a data model (docs/model-format.md): layers and tensors to bytes and back."""
import hashlib
import struct
from dataclasses import dataclass, field

from errors import ModelError
from ir import printable

MAGIC, VERSION = 0x314e4e4b, 1
ALIGN, HASHED = 64, 48
MAX_LAYERS, MAX_TENSORS, MAX_WINDOW = 1024, 64, 0x08000000
MAX_LOOKS = 0x02000000      # numbers that the device's check looks at
MAX_LABELS, MAX_TEXT = 0xffff, 256      # that are shown, of an output; bytes of a text
HEADER = struct.Struct("<IIII32sIIIIIIIIIIIIQIIIIII")
LAYER = struct.Struct("<BBHIIIIHHHHHHBBBBBBBBbbbbbBHIIII")
TENSOR = struct.Struct("<IIIII4IfiIII8x")
NOWHERE, CONSTANTS, ARENA, INPUT, OUTPUT = range(5)
WINDOWS = ("nowhere", "constants", "arena", "input", "output")
OPS = (None, "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MAX_POOL_2D", "ADD", "MUL", "SOFTMAX", "MEAN",
       "TABLE", "PAD", "CONCATENATION", "STRIDED_SLICE")
BROADCAST, RIGHT, NO_M128 = 1, 2, 4
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def place(window, offset):
    return window << 28 | offset


def window_of(word):
    return word >> 28


def offset_of(word):
    return word & 0x0fffffff


@dataclass
class Layer:
    """Fields of the layer in the image; places are filled in when the memory is planned."""
    op: str
    node: int = 0
    flags: int = 0
    source: int = 0
    source2: int = 0
    target: int = 0
    scratch: int = 0
    in_shape: tuple = (1, 1, 1)
    out_shape: tuple = (1, 1, 1)
    kernel: tuple = (1, 1)
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    pad: tuple = (0, 0)         # top, left
    zeros: tuple = (0, 0, 0)    # in, in2, out
    clamp: tuple = (-128, 127)
    multiplier: int = 1
    extra: int = 0
    weights: int = 0
    bias: int = 0
    mult: int = 0
    shift: int = 0

    def pack(self):
        return LAYER.pack(OPS.index(self.op), self.flags, self.node, self.source, self.source2, self.target, self.scratch, *self.in_shape,
                          *self.out_shape, *self.kernel, *self.stride, *self.dilation, *self.pad, *self.zeros, *self.clamp, self.multiplier,
                          self.extra, self.weights, self.bias, self.mult, self.shift)

    @staticmethod
    def unpack(data, number):
        v = LAYER.unpack(data)
        if not 0 < v[0] < len(OPS):
            raise ModelError(f"layer {number}: operation {v[0]} is not known")
        if any(window_of(word) >= len(WINDOWS) for word in v[3:7]):
            raise ModelError(f"layer {number}: a place in a window that does not exist")
        return Layer(OPS[v[0]], v[2], v[1], *v[3:7], v[7:10], v[10:13], v[13:15], v[15:17], v[17:19], v[19:21], v[21:24], v[24:26], *v[26:])

    def rows(self):
        return (self.kernel[0] - 1) * self.dilation[0] + 1

    def scratch_bytes(self):
        """Room for the padded rows that a convolution sees at a time."""
        if self.op not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            return 0
        seen = (self.out_shape[1] - 1) * self.stride[1] + (self.kernel[1] - 1) * self.dilation[1] + 1
        below = (self.out_shape[0] - 1) * self.stride[0] + self.rows()
        if not any(self.pad) and below <= self.in_shape[0] and seen <= self.in_shape[1]:
            return 0
        return (self.rows() + 1) * align(max(seen, self.in_shape[1] + self.pad[1]) * self.in_shape[2], 16)

    def slack(self):
        """How far behind its input the output may begin although they overlap (below 0: so far before it must begin): each row of the
        input is copied to the scratch before a row of the output is written there. None: it never is."""
        if not self.scratch_bytes():
            return None
        in_row, out_row = self.in_shape[1] * self.in_shape[2], self.out_shape[1] * self.out_shape[2]
        step, lead = self.stride[0], self.rows() - self.pad[0]
        count = min(self.out_shape[0], -(-(self.in_shape[0] - lead) // step))       # output rows before which input is still to be copied
        # The room falls while nothing is copied, then it changes evenly: it is least at an end or where that begins.
        places = [y for y in (0, -lead // step, -lead // step + 1, count - 1) if 0 <= y < count]
        return min((max(0, y * step + lead) * in_row - (y + 1) * out_row for y in places), default=self.in_shape[0] * in_row)

    def looks(self):
        """Numbers that the device's check looks at; at most so many."""
        found = self.out_shape[0] if self.scratch_bytes() else 0
        if self.op in CONVOLUTIONS:
            taps = self.kernel[0] * self.kernel[1] * (1 if self.op == "DEPTHWISE_CONV_2D" else self.in_shape[2])
            found += self.out_shape[2] * (1 + (taps if self.flags & NO_M128 else 0))
        return found

    def macs(self):
        out = self.out_shape[0] * self.out_shape[1] * self.out_shape[2]
        if self.op in ("CONV_2D", "FULLY_CONNECTED"):
            return out * self.kernel[0] * self.kernel[1] * self.in_shape[2]
        return out * self.kernel[0] * self.kernel[1] if self.op == "DEPTHWISE_CONV_2D" else 0


@dataclass
class Port:
    """An input or output of the model."""
    kind: str
    dtype: str
    shape: tuple
    scale: float
    zero: int
    name: str
    offset: int = 0
    labels: list = field(default_factory=list)

    @property
    def size(self):
        size = 1
        for dim in self.shape:
            size *= dim
        return size


@dataclass
class Model:
    name: str
    layers: list
    ports: list
    constants: bytes
    arena: int
    instructions: tuple

    def macs(self):
        return sum(layer.macs() for layer in self.layers)

    def window(self, kind):
        return max((align(port.offset + port.size, 1) for port in self.ports if port.kind == kind), default=0)


def align(value, to):
    return -(-value // to) * to


class Strings:
    """Texts, each once, with the NUL that ends it; a list of labels as a whole."""

    def __init__(self):
        self.data, self.known = b"", {}

    def add(self, texts):
        key = b"".join(text.encode("utf-8") + b"\0" for text in texts)
        if key not in self.known:
            self.known[key] = len(self.data)
            self.data += key
        return self.known[key]


def pack_port(port, strings):
    shape = (*port.shape, 1, 1, 1, 1)[:4]
    labels = strings.add(port.labels) if port.labels else 0
    return TENSOR.pack(port.kind == "output", port.dtype == "uint8", port.offset, port.size, len(port.shape), *shape, port.scale, port.zero,
                       strings.add([port.name]), labels, len(port.labels))


def encode(model):
    """The image, with its hash."""
    strings = Strings()
    name = strings.add([model.name])
    parts = [b"".join(layer.pack() for layer in model.layers), b"".join(pack_port(port, strings) for port in model.ports), model.constants,
             strings.data]
    places, body = [], b""
    for part in parts:
        body += bytes(-len(body) % ALIGN)
        places.append(HEADER.size + len(body))
        body += part
    size = HEADER.size + len(body)
    if size > MAX_WINDOW or model.arena > MAX_WINDOW:
        raise ModelError(f"the model needs {size} bytes and {model.arena} of working memory; at most {MAX_WINDOW} are possible")
    looks = sum(layer.looks() for layer in model.layers) + sum(len(strings.data) for port in model.ports if port.labels)
    if looks > MAX_LOOKS:
        raise ModelError(f"the model has {looks} weights, rows and letters of labels; at most {MAX_LOOKS} are possible")
    macs = model.macs()
    fields = (places[0], len(model.layers), places[1], len(model.ports), places[2], len(model.constants), places[3], len(strings.data),
              model.arena, model.window("input"), model.window("output"), 0, macs, *model.instructions, name, 0)
    hashed = HEADER.pack(MAGIC, VERSION, size, 0, bytes(32), *fields)[HASHED:] + body
    return struct.pack("<IIII", MAGIC, VERSION, size, 0) + hashlib.sha256(hashed).digest() + hashed


def part(data, at, size, what):
    if at + size > len(data):
        raise ModelError(f"offset {at:#x}: {what} of {size} bytes would end outside of the image")
    return data[at:at + size]


def text_at(strings, at):
    end = strings.find(b"\0", at)
    if end < 0:
        raise ModelError(f"strings: the text at {at:#x} has no end")
    return printable(strings[at:min(end, at + MAX_TEXT)].decode("utf-8", "replace")), end + 1


def unpack_port(data, strings):
    kind, dtype, offset, size, rank, *rest = TENSOR.unpack(data)
    shape, (scale, zero, name, labels_at, labels) = rest[:4], rest[4:]
    if kind > 1 or dtype > 1 or not 1 <= rank <= 4:
        raise ModelError(f"tensor of kind {kind}, type {dtype} and rank {rank}")
    port = Port("output" if kind else "input", "uint8" if dtype else "int8", tuple(shape[:rank]), scale, zero, text_at(strings, name)[0], offset)
    if port.size != size:
        raise ModelError(f"tensor '{port.name}': shape {list(port.shape)} has not {size} bytes")
    if labels > MAX_LABELS:
        raise ModelError(f"tensor '{port.name}': {labels} labels are more than {MAX_LABELS}")
    for _ in range(labels):
        label, labels_at = text_at(strings, labels_at)
        port.labels.append(label)
    return port


def decode(data):
    """The model of an image. Less strict than the target's check, but what it accepts can be shown and drawn."""
    if len(data) < HEADER.size or struct.unpack_from("<I", data)[0] != MAGIC:
        raise ModelError("offset 0x0: not a data model")
    (_, version, size, _, digest, layers_at, layers, ports_at, ports, constants_at, constants, strings_at, strings, arena, _, _, _, _,
     *instructions, name, _) = HEADER.unpack_from(data)
    if version != VERSION:
        raise ModelError(f"offset 0x4: version {version} is not known")
    if size != len(data):
        raise ModelError(f"offset 0x8: size {size}, but there are {len(data)} bytes")
    if hashlib.sha256(data[HASHED:]).digest() != digest:
        raise ModelError("offset 0x10: the hash is not that of the image")
    if not 0 < layers <= MAX_LAYERS or ports > MAX_TENSORS:
        raise ModelError(f"{layers} layers and {ports} tensors: none, or too many")
    texts = part(data, strings_at, strings, "strings")
    table = part(data, layers_at, layers * LAYER.size, "layers")
    ends = part(data, ports_at, ports * TENSOR.size, "tensors")
    return Model(text_at(texts, name)[0], [Layer.unpack(table[n:n + LAYER.size], n // LAYER.size) for n in range(0, len(table), LAYER.size)],
                 [unpack_port(ends[n:n + TENSOR.size], texts) for n in range(0, len(ends), TENSOR.size)],
                 part(data, constants_at, constants, "constants"), arena, tuple(instructions))


def rehashed(data):
    """An image with the hash that it should have."""
    return data if len(data) < HASHED else data[:16] + hashlib.sha256(data[HASHED:]).digest() + data[HASHED:]
