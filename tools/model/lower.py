# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""From operators to the layers that the executor knows: parameters in integers, weights packed, constants laid out."""
import struct
from dataclasses import dataclass
from math import prod

import image
import quant
import tables
from fold import ALIASES
from image import Layer

INT32_MAX = (1 << 31) - 1
ADD_LEFT = 20


@dataclass(eq=False)
class Storage:
    """Bytes that live from the step that writes them first to the one that reads them last."""
    name: str
    size: int
    window: int = image.ARENA
    offset: int = None
    first: int = None
    last: int = None


@dataclass(eq=False)
class Step:
    """A layer with the storages that its places will point into, each with an offset."""
    layer: Layer
    node: object
    source: tuple
    target: tuple
    source2: tuple = None       # in a storage, or (None, place) of a constant
    scratch: Storage = None

    def reads(self):
        return [pair[0] for pair in (self.source, self.source2) if pair and pair[0]]


class Constants:
    """The image's constants; equal ones are kept once."""

    def __init__(self):
        self.data, self.known = bytearray(), {}

    def add(self, data, align=16):
        key = (bytes(data), align)
        if key not in self.known:
            self.data += bytes(-len(self.data) % align)
            self.known[key] = len(self.data)
            self.data += data
        return self.known[key]

    def words(self, values):
        return self.add(struct.pack(f"<{len(values)}i", *values), 4)


def hwc(node, shape):
    """A shape as rows, pixels and channels."""
    found = (prod(shape[:-2]), shape[-2] if len(shape) > 1 else 1, shape[-1] if shape else 1)
    if max(found) > 0xffff:
        raise node.error(f"shape {list(shape)} has a dimension of more than 65535")
    return found


def pixel_shape(node, tensor):
    """Of a tensor whose first dimension, if it has four, is the batch."""
    if len(tensor.shape) == 4 and tensor.shape[0] != 1:
        raise node.error(f"{tensor} has a batch of {tensor.shape[0]}, only 1 is supported")
    return hwc(node, tensor.shape)


def scale_of(node, real):
    """Multiplier and shift to the right."""
    factor, shift = quant.multiplier(real, node)
    return (factor, -shift) if factor else (0, 1)


class Lowering:
    def __init__(self, graph):
        self.graph, self.steps, self.constants = graph, [], Constants()
        self.storages = {}
        for number, tensor in enumerate(graph.inputs):
            self.storages[tensor] = Storage(tensor.name or f"input {number}", tensor.size, image.INPUT)
        for node in graph.nodes:
            if node.op in ALIASES:
                self.storages[node.output] = self.storages[node.inputs[0]]
            else:
                self.storages[node.output] = Storage(node.output.name or str(node), node.output.size)
        copies = [tensor for tensor in graph.outputs if not self.claim(tensor)]
        for node in graph.nodes:
            if node.op not in ALIASES:
                LOWER[node.op](self, node)
        self.ends = [self.copy(tensor) if tensor in copies else self.storages[tensor] for tensor in graph.outputs]

    def claim(self, tensor):
        """Puts an output where outputs go. False: these bytes are an input or another output already."""
        storage = self.storages[tensor]
        free = storage.window == image.ARENA
        if free:
            storage.window = image.OUTPUT
        return free

    def copy(self, tensor):
        node = next(node for node in self.graph.nodes if node.output is tensor)
        target = Storage(tensor.name, tensor.size, image.OUTPUT)
        shape = hwc(node, tensor.shape)
        self.steps.append(Step(Layer("CONCATENATION", node.number, in_shape=shape, out_shape=shape), node, (self.storages[tensor], 0), (target, 0)))
        return target

    def emit(self, node, layer, source=None, source_at=0, target_at=0, source2=None):
        """Appends a layer that reads the node's first input unless told otherwise."""
        layer.node = node.number
        for name, value in (("kernel", max(layer.kernel)), ("stride", max(layer.stride)), ("dilation", max(layer.dilation)),
                            ("padding", max(layer.pad)), ("multiplier or stride over channels", layer.multiplier)):
            if value > 255:
                raise node.error(f"{name} {value} is larger than 255")
        if layer.extra > 0xffff:
            raise node.error(f"{layer.extra} channels of padding are too many")
        scratch = Storage(f"rows of {node}", layer.scratch_bytes()) if layer.scratch_bytes() else None
        source = source or node.inputs[0]
        self.steps.append(Step(layer, node, (self.storages[source], source_at), (self.storages[node.output], target_at), source2, scratch))

    def weighted(self, node, layer, weights, packed, sums):
        """Weights, bias, multipliers and shifts of the three convolutions. sums: of the weights and of their absolute values, per channel."""
        x, out = node.inputs[0].quant, node.output.quant
        layer.weights = self.constants.add(packed)
        layer.bias = self.constants.words(folded_bias(node, x.zero, sums))
        scales = weights.quant.scales
        if node.op == "FULLY_CONNECTED" and len(scales) == 1:
            # TFLite multiplies the scales of input and weights as float32 here, and only here.
            pairs = [scale_of(node, quant.f32(x.scale * scales[0]) / out.scale)] * len(sums)
        else:
            pairs = [scale_of(node, x.scale * scale / out.scale) for scale in scales] * (len(sums) // len(scales))
        layer.mult = self.constants.words([factor for factor, _ in pairs])
        layer.shift = self.constants.words([shift for _, shift in pairs])
        layer.flags = (image.RIGHT if all(1 <= shift <= 31 for _, shift in pairs) else 0) | (0 if b"\x80" in packed else image.NO_M128)
        layer.zeros = (x.zero, 0, out.zero)
        layer.clamp = quant.clamp_range(node.attrs["activation"], out, node)
        self.emit(node, layer)


def folded_bias(node, zero, sums):
    """Bias minus zero point times weights: exact, because padding is filled with the zero point."""
    bias = node.inputs[2].data if len(node.inputs) > 2 and node.inputs[2] is not None else [0] * len(sums)
    folded = [value - zero * total for value, (total, _) in zip(bias, sums)]
    for channel, (value, (_, absolute)) in enumerate(zip(folded, sums)):
        if abs(value) + 128 * absolute > INT32_MAX:
            raise node.error(f"the sum of channel {channel} may need more than 32 bits")
    return folded


def transposed(data, rows):
    """[rows][columns] to [columns][rows], and the sums of each row."""
    columns, packed = len(data) // rows, bytearray(len(data))
    for n in range(rows):
        packed[n::rows] = data[n * columns:(n + 1) * columns]
    return packed, [row_sums(data[n * columns:(n + 1) * columns]) for n in range(rows)]


def row_sums(row):
    return sum(row), sum(map(abs, row))


def windowed(node, op):
    attrs = node.attrs
    return Layer(op, in_shape=hwc(node, node.inputs[0].shape), out_shape=hwc(node, node.output.shape), stride=attrs["stride"],
                 dilation=attrs["dilation"], pad=(attrs["pad"][0][0], attrs["pad"][1][0]))


def lower_conv(to, node):
    weights = node.inputs[1]
    layer = windowed(node, "CONV_2D")
    layer.kernel = weights.shape[1:3]
    to.weighted(node, layer, weights, *transposed(weights.data, weights.shape[0]))


def lower_depthwise(to, node):
    weights = node.inputs[1]
    layer = windowed(node, "DEPTHWISE_CONV_2D")
    layer.kernel, layer.multiplier = weights.shape[1:3], node.attrs["depth_multiplier"]
    to.weighted(node, layer, weights, bytes(weights.data), [row_sums(weights.data[n::weights.depth]) for n in range(weights.depth)])


def lower_fully_connected(to, node):
    weights = node.inputs[1]
    units, depth = weights.shape
    rows = node.inputs[0].size // depth
    layer = Layer("FULLY_CONNECTED", in_shape=hwc(node, (rows, depth)), out_shape=hwc(node, (rows, units)))
    to.weighted(node, layer, weights, *transposed(weights.data, units))


def lower_pool(to, node):
    layer = windowed(node, node.op)
    layer.kernel = node.attrs["kernel"]
    layer.clamp = quant.clamp_range(node.attrs["activation"], node.output.quant, node)
    to.emit(node, layer)


def operands(to, node, layer):
    """Shapes and zero points of ADD and MUL, and the second operand's place."""
    first, second = node.inputs
    layer.in_shape = layer.out_shape = hwc(node, first.shape)
    if second.shape != first.shape:
        layer.flags = image.BROADCAST
        if second.size == 1 and first.depth != 1:
            layer.in_shape = layer.out_shape = hwc(node, (*first.shape, 1))
    layer.zeros = (first.quant.zero, second.quant.zero, node.output.quant.zero)
    layer.clamp = quant.clamp_range(node.attrs["activation"], node.output.quant, node)
    if second.data is not None:
        return (None, image.place(image.CONSTANTS, to.constants.add(bytes(second.data))))
    return (to.storages[second], 0)


def lower_add(to, node):
    layer = Layer("ADD")
    second = operands(to, node, layer)
    scales = [tensor.quant.scale for tensor in node.inputs]
    twice = 2 * max(scales)
    reals = [scale / twice for scale in scales] + [twice / ((1 << ADD_LEFT) * node.output.quant.scale)]
    if reals[2] >= 1:
        raise node.error("the scale of its output is too small for those of its inputs")
    layer.weights = to.constants.words([ADD_LEFT, *(value for real in reals for value in scale_of(node, real))])
    to.emit(node, layer, source2=second)


def lower_mul(to, node):
    layer = Layer("MUL")
    second = operands(to, node, layer)
    real = node.inputs[0].quant.scale * node.inputs[1].quant.scale / node.output.quant.scale
    layer.weights = to.constants.words(scale_of(node, real))
    to.emit(node, layer, source2=second)


def lower_softmax(to, node):
    shape = hwc(node, node.inputs[0].shape)
    real = min(node.attrs["beta"] * node.inputs[0].quant.scale * (1 << 26), (1 << 31) - 1.0)
    factor, left = quant.multiplier(real, node, 31)         # 31: only the largest counts
    if left < 0:
        raise node.error(f"the scale {node.inputs[0].quant.scale} of its input is too small")
    # Differences below this are 0 after the exponential function.
    smallest = -((31 << 26) >> left)
    params = to.constants.words([factor, left, max(smallest, -255)])
    to.emit(node, Layer("SOFTMAX", in_shape=shape, out_shape=shape, zeros=(0, 0, -128), weights=params))


def lower_mean(to, node):
    x, out = node.inputs[0], node.output
    factor, shift = quant.multiplier(x.quant.scale / out.quant.scale, node)
    count = x.shape[1] * x.shape[2]
    more = min(count.bit_length() - 1, 32, 31 + shift)
    params = to.constants.words([(factor << more) // count, more - shift])
    to.emit(node, Layer("MEAN", in_shape=hwc(node, x.shape), out_shape=(1, 1, x.shape[3]), zeros=(x.quant.zero, 0, out.quant.zero), weights=params))


def lower_table(to, node):
    shape = hwc(node, node.output.shape)
    to.emit(node, Layer("TABLE", in_shape=shape, out_shape=shape, weights=to.constants.add(tables.table(node))))


def lower_pad(to, node):
    pads = ([(0, 0)] * 3 + node.attrs["pads"])[-3:]
    if len(node.attrs["pads"]) == 4 and any(node.attrs["pads"][0]):
        raise node.error("padding of the batch is not supported")
    to.emit(node, Layer("PAD", in_shape=pixel_shape(node, node.inputs[0]), out_shape=hwc(node, node.output.shape), pad=(pads[0][0], pads[1][0]),
                        extra=pads[2][0], zeros=(node.output.quant.zero, 0, 0)))


def lower_concatenation(to, node):
    axis, shape = node.attrs["axis"], node.output.shape
    rest, at = prod(shape[axis + 1:]), 0
    for tensor in node.inputs:
        rows = hwc(node, (prod(shape[:axis]), tensor.shape[axis], rest))
        pitch = hwc(node, (prod(shape[:axis]), shape[axis], rest))
        to.emit(node, Layer("CONCATENATION", in_shape=rows, out_shape=pitch), tensor, target_at=at)
        at += tensor.shape[axis] * rest


def lower_strided_slice(to, node):
    shape = pixel_shape(node, node.inputs[0])
    ranges = ([range(1)] * 3 + node.attrs["ranges"])[-3:]
    begin = (ranges[0].start * shape[1] + ranges[1].start) * shape[2] + ranges[2].start
    steps = [part.step if len(part) > 1 else 1 for part in ranges]
    to.emit(node, Layer("STRIDED_SLICE", in_shape=shape, out_shape=tuple(map(len, ranges)), stride=(steps[0], steps[1]), multiplier=steps[2]),
            source_at=begin)


LOWER = {
    "CONV_2D": lower_conv, "DEPTHWISE_CONV_2D": lower_depthwise, "FULLY_CONNECTED": lower_fully_connected, "AVERAGE_POOL_2D": lower_pool,
    "MAX_POOL_2D": lower_pool, "ADD": lower_add, "MUL": lower_mul, "SOFTMAX": lower_softmax, "MEAN": lower_mean, "PAD": lower_pad,
    "CONCATENATION": lower_concatenation, "STRIDED_SLICE": lower_strided_slice,
    "QUANTIZE": lower_table, "RELU": lower_table, "RELU6": lower_table, "RELU_N1_TO_1": lower_table, "LOGISTIC": lower_table,
    "TANH": lower_table, "HARD_SWISH": lower_table,
}
