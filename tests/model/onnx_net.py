# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""ONNX files in QDQ form for tests, and their meaning in real numbers: written and computed side by side, without the reader."""
import itertools
import math
import struct
from math import prod

TYPES = {"float32": (1, "f"), "uint8": (2, "B"), "int8": (3, "b"), "int32": (6, "i"), "int64": (7, "q")}


# --- protocol buffers

def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """An integer, a real number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode("utf-8") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, shape, dtype, values, raw=True):
    kind, code = TYPES[dtype]
    data = field(9, struct.pack(f"<{len(values)}{code}", *values)) if raw or dtype == "float32" else \
        b"".join(field(7 if dtype == "int64" else 5, value) for value in values)
    return b"".join(field(1, dim) for dim in shape) + field(2, kind) + field(8, name) + data


def attribute(name, value):
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, float):
        return field(1, name) + field(2, value) + field(20, 1)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    return field(1, name) + b"".join(field(8, number) for number in value) + field(20, 7)


def node(op, inputs, outputs, **attributes):
    return (b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs) + field(3, outputs[0]) + field(4, op) +
            b"".join(field(5, attribute(name, value)) for name, value in attributes.items()))


def value_info(name, shape, dtype="float32"):
    dims = b"".join(field(1, field(1, dim)) for dim in shape)
    return field(1, name) + field(2, field(1, field(1, TYPES[dtype][0]) + field(2, dims)))


# --- files of few nodes

def graph(*nodes, initializers=(), shape=(1, 4)):
    """A file with input x and output y."""
    inside = b"".join(field(1, n) for n in nodes) + b"".join(field(5, t) for t in initializers)
    return field(7, inside + field(11, value_info("x", shape)) + field(12, value_info("y", (1, 4))))


def between(op, shape, *initializers, behind=(), **attributes):
    """x, quantised, through an operator with these constants as its further inputs and what stands behind it, and quantised again."""
    scales = [tensor("s", (), "float32", [0.1]), tensor("z", (), "int8", [0])]
    names = [f"c{n}" for n in range(len(initializers))]
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["a"]), node("DequantizeLinear", ["a", "s", "z"], ["b"]),
             node(op, ["b", *names], ["c"], **attributes), *behind,
             node("QuantizeLinear", ["d" if behind else "c", "s", "z"], ["e"]), node("DequantizeLinear", ["e", "s", "z"], ["y"])]
    return graph(*nodes, initializers=scales + [tensor(name, *rest) for name, rest in zip(names, initializers)], shape=shape)


# Operators whose second input counts something, the shape of their first, and the numbers.
COUNTING = {"Reshape": ((1, 2, 3, 3), [1, 18]), "Pad": ((1, 2, 3, 3), [0, 0, 1, 1, 0, 0, 1, 1]), "Squeeze": ((1, 2, 1, 1), [2, 3]),
            "ReduceMean": ((1, 2, 3, 3), [2, 3])}


def counting(op, dtype="int64"):
    """A file with one of them."""
    shape, numbers = COUNTING[op]
    behind = [node("Sigmoid", ["c"], ["d"])] if op in ("Reshape", "Squeeze") else ()        # these two need no scale of their own
    return between(op, shape, ((len(numbers),), dtype, numbers), behind=behind)


# --- networks: a value is (name, shape, numbers)

def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


class OnnxNet:
    def __init__(self, rng):
        self.rng, self.nodes, self.initializers, self.inputs, self.count = rng, [], [], [], 0

    def name(self):
        self.count += 1
        return f"v{self.count}"

    def initializer(self, shape, dtype, values):
        name = self.name()
        self.initializers.append(tensor(name, shape, dtype, values, self.rng.random() < 0.7))
        return name

    def node(self, op, inputs, shape, numbers, **attributes):
        name = self.name()
        self.nodes.append(node(op, [v if isinstance(v, str) else v[0] for v in inputs], [name], **attributes))
        return name, tuple(shape), numbers

    def quantise(self, value, scale, zero, dtype="int8"):
        """Q and DQ. The numbers become those that the pair lets through."""
        low = -128 if dtype == "int8" else 0
        scale = single(scale)
        names = [self.initializer((), "float32", [scale]), self.initializer((), dtype, [zero])]
        numbers = [(min(max(round(n / scale) + zero, low), low + 255) - zero) * scale for n in value[2]]
        self.integers = [round(n / scale) + zero - (low + 128) for n in numbers]
        middle = self.node("QuantizeLinear", [value, *names], value[1], numbers)
        return self.node("DequantizeLinear", [middle, *names], value[1], numbers)

    def fitted(self, value, dtype=None):
        """The same with scale and zero point for its range."""
        dtype = dtype or self.rng.choice(("int8", "uint8"))
        low, high = min(0.0, *value[2]), max(0.0, *value[2])
        scale = max(high - low, 1e-3) / 255
        return self.quantise(value, scale, round(-low / scale) + (-128 if dtype == "int8" else 0), dtype)

    def input(self, shape):
        name = self.name()
        self.inputs.append((name, shape))
        value = (name, tuple(shape), [self.rng.uniform(-1, 1) for _ in range(prod(shape))])
        made = self.fitted(value)
        self.given = list(self.integers)
        return made

    def weights(self, shape, channels, axis):
        """int8 behind DequantizeLinear, or real numbers behind both."""
        per_channel = self.rng.random() < 0.6
        scales = [single(self.rng.uniform(0.001, 0.02)) for _ in range(channels if per_channel else 1)]
        values = [self.rng.randint(-127, 127) for _ in range(prod(shape))]
        inner = prod(shape[axis + 1:])
        real = [v * scales[n // inner % channels if per_channel else 0] for n, v in enumerate(values)]
        form = [channels] if per_channel else []
        names = [self.initializer(form, "float32", scales), self.initializer(form, "int8", [0] * len(scales))]
        if self.rng.random() < 0.3:
            source = self.node("QuantizeLinear", [self.initializer(shape, "float32", real), *names], shape, real, axis=axis)[0]
        else:
            source = self.initializer(shape, "int8", values)
        return self.node("DequantizeLinear", [source, *names], shape, real, axis=axis)

    def bias(self, channels):
        values = [single(self.rng.uniform(-0.5, 0.5)) for _ in range(channels)]
        return self.initializer((channels,), "float32", values), values

    def activation(self, value):
        kind = self.rng.randrange(3)
        if kind == 1:
            return self.node("Relu", [value], value[1], [max(n, 0.0) for n in value[2]])
        if kind == 2:
            limits = [self.initializer((), "float32", [limit]) for limit in (0.0, 6.0)]
            return self.node("Clip", [value, *limits], value[1], [min(max(n, 0.0), 6.0) for n in value[2]])
        return value

    def window(self, shape, kernel):
        rng = self.rng
        strides, pads = [rng.randint(1, 2), rng.randint(1, 2)], [rng.randint(0, k - 1) for k in kernel * 2]
        sizes = [(size + pads[n] + pads[n + 2] - kernel[n]) // strides[n] + 1 for n, size in enumerate(shape[2:])]
        return strides, pads, sizes

    def seen(self, shape, kernel, strides, pads, oy, ox):
        for ky, kx in itertools.product(range(kernel[0]), range(kernel[1])):
            y, x = oy * strides[0] - pads[0] + ky, ox * strides[1] - pads[1] + kx
            if 0 <= y < shape[2] and 0 <= x < shape[3]:
                yield y, x, ky, kx

    def conv(self, x):
        rng, (_, depth, height, width), numbers = self.rng, x[1], x[2]
        kernel = [rng.randint(1, min(3, height)), rng.randint(1, min(3, width))]
        strides, pads, (rows, pixels) = self.window(x[1], kernel)
        depthwise = rng.random() < 0.4 and depth > 1
        channels = depth * rng.choice((1, 2)) if depthwise else rng.randint(1, 6)
        w = self.weights((channels, 1 if depthwise else depth, *kernel), channels, 0)
        bias, offsets = self.bias(channels)
        result = []
        for o, oy, ox in itertools.product(range(channels), range(rows), range(pixels)):
            total = offsets[o]
            for y, xx, ky, kx in self.seen(x[1], kernel, strides, pads, oy, ox):
                for n, i in enumerate([o * depth // channels] if depthwise else range(depth)):
                    total += numbers[(i * height + y) * width + xx] * w[2][((o * w[1][1] + n) * kernel[0] + ky) * kernel[1] + kx]
            result.append(total)
        made = self.node("Conv", [x, w, bias], (1, channels, rows, pixels), result, strides=strides, pads=pads, kernel_shape=kernel,
                         group=depth if depthwise else 1)
        return self.fitted(self.activation(made))

    def pool(self, x, op):
        kernel = [self.rng.randint(1, min(3, size)) for size in x[1][2:]]
        strides, pads, (rows, pixels) = self.window(x[1], kernel)
        function = max if op == "MaxPool" else lambda values: sum(values) / len(values)
        result = [function([x[2][(c * x[1][2] + y) * x[1][3] + xx] for y, xx, _, _ in self.seen(x[1], kernel, strides, pads, oy, ox)])
                  for c, oy, ox in itertools.product(range(x[1][1]), range(rows), range(pixels))]
        made = self.node(op, [x], (1, x[1][1], rows, pixels), result, kernel_shape=kernel, strides=strides, pads=pads)
        return self.fitted(made)

    def average(self, x):
        size = x[1][2] * x[1][3]
        result = [sum(x[2][c * size:(c + 1) * size]) / size for c in range(x[1][1])]
        return self.fitted(self.node("GlobalAveragePool", [x], (1, x[1][1], 1, 1), result))

    def combined(self, x, op):
        function = (lambda a, b: a + b) if op == "Add" else (lambda a, b: a * b)
        y = self.fitted(self.node("Sigmoid", [x], x[1], [1 / (1 + math.exp(-n)) for n in x[2]]))
        return self.fitted(self.activation(self.node(op, [x, y], x[1], [function(a, b) for a, b in zip(x[2], y[2])])))

    def concat(self, x):
        y = self.fitted(self.node("Tanh", [x], x[1], [math.tanh(n) for n in x[2]]))
        axis = self.rng.choice((1, -3)) if len(x[1]) == 4 else 1
        shape = (1, 2 * x[1][1], *x[1][2:])
        return self.fitted(self.node("Concat", [x, y], shape, x[2] + y[2], axis=axis))

    def flatten(self, x):
        return self.node("Flatten", [x], (1, prod(x[1])), x[2], axis=1)

    def dense(self, x):
        depth, units, transposed = x[1][1], self.rng.randint(2, 9), self.rng.randrange(2)
        w = self.weights((units, depth) if transposed else (depth, units), units, 0 if transposed else 1)
        bias, offsets = self.bias(units)
        result = [offsets[u] + sum(n * w[2][u * depth + k if transposed else k * units + u] for k, n in enumerate(x[2])) for u in range(units)]
        return self.fitted(self.activation(self.node("Gemm", [x, w, bias], (1, units), result, transB=transposed)))

    def softmax(self, x):
        exps = [math.exp(n - max(x[2])) for n in x[2]]
        made = self.node("Softmax", [x], x[1], [n / sum(exps) for n in exps], axis=1)
        self.integers = [min(round(n * 256) - 128, 127) for n in made[2]]
        return made

    def expected(self, value):
        """Integers of the output, in our order of dimensions."""
        return channels_last(self.integers, value[1])

    def finish(self, value):
        graph = (b"".join(field(1, n) for n in self.nodes) + field(2, "net") + b"".join(field(5, t) for t in self.initializers) +
                 b"".join(field(11, value_info(*i)) for i in self.inputs) + field(12, value_info(value[0], value[1])))
        return field(1, 8) + field(2, "tests") + field(7, graph) + field(8, field(2, 13))


def channels_last(numbers, shape):
    if len(shape) != 4:
        return numbers
    _, channels, height, width = shape
    return [numbers[(c * height + y) * width + x] for y in range(height) for x in range(width) for c in range(channels)]


IMAGES = (OnnxNet.conv, lambda n, x: n.pool(x, "MaxPool"), lambda n, x: n.pool(x, "AveragePool"), lambda n, x: n.combined(x, "Add"),
          lambda n, x: n.combined(x, "Mul"), OnnxNet.concat)


def network(rng, layers):
    """Layers on images, then perhaps the flattening and what follows it. Returns the file, the input and the output in integers."""
    net = OnnxNet(rng)
    x = net.input((1, rng.randint(1, 4), rng.randint(2, 7), rng.randint(2, 7)))
    shape = x[1]
    for _ in range(layers):
        x = rng.choice(IMAGES)(net, x)
    if layers == 0 or rng.random() < 0.7:
        x = net.flatten(x if rng.random() < 0.5 else net.average(x))
        x = net.dense(x)
        x = net.softmax(x) if rng.random() < 0.5 else x
    return net.finish(x), channels_last(net.given, shape), net.expected(x)
