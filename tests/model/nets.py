# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Small networks for tests: one operator each, of random shape and scale, and chains of several."""
import tflite_writer

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def scale(rng, least=-6.0, most=-1.0):
    return 2.0 ** rng.uniform(least, most)


class Net:
    """A writer with a random generator; tensors are (number, shape, scale, zero)."""

    def __init__(self, rng):
        self.rng, self.writer, self.count = rng, tflite_writer.Writer("net"), 0

    def name(self):
        self.count += 1
        return f"t{self.count}"

    def activation(self, shape, like=None, step=None, zero=None, dtype="int8"):
        """A tensor of random scale, or that of another."""
        step = like[2] if like else step or scale(self.rng)
        zero = like[3] if like else self.rng.randint(-128, 127) if zero is None else zero
        return self.writer.tensor(self.name(), shape, dtype, step, zero), tuple(shape), step, zero

    def numbers(self, count, least=-127, most=127):
        return [self.rng.randint(least, most) for _ in range(count)]

    def weights(self, shape, channels, axis, per_channel):
        """Number and scales. One weight in some is -128, one channel in some has a tiny scale."""
        scales = [scale(self.rng, -9, -5) for _ in range(channels if per_channel else 1)]
        if per_channel and channels > 1 and self.rng.random() < 0.5:
            scales[self.rng.randrange(channels)] = 2.0 ** self.rng.uniform(-60, -35)
        size = 1
        for dim in shape:
            size *= dim
        values = self.numbers(size)
        if self.rng.random() < 0.3:
            values[self.rng.randrange(size)] = -128
        return self.writer.constant(self.name(), shape, values, "int8", scales, axis=axis), scales

    def bias(self, x, scales, channels):
        if self.rng.random() < 0.2:
            return None
        full = [x[2] * s for s in (scales if len(scales) > 1 else scales * channels)]
        given = full if len(scales) > 1 else full[0]
        return self.writer.constant(self.name(), (channels,), self.numbers(channels, -3000, 3000), "int32", given)

    def geometry(self, shape, kernel):
        """Output size and options of a window that fits."""
        rng = self.rng
        stride = (rng.randint(1, 3), rng.randint(1, 3))
        dilation = (1, 1) if rng.random() < 0.7 else (rng.randint(1, 2), rng.randint(1, 2))
        padding = rng.choice(("SAME", "VALID"))
        if any((k - 1) * d + 1 > size for k, d, size in zip(kernel, dilation, shape[1:3])):
            padding = "SAME"
        sizes = [-(-size // s) if padding == "SAME" else (size - (k - 1) * d - 1) // s + 1
                 for size, k, s, d in zip(shape[1:3], kernel, stride, dilation)]
        return sizes, {"stride": stride, "dilation": dilation, "padding": padding}

    def fused(self):
        return self.rng.choice(ACTIVATIONS)

    def output_scale(self, x, scales, taps):
        """Such that results neither all clip nor all vanish."""
        return max(scales) * x[2] * 90 * taps ** 0.5 * self.rng.uniform(0.3, 3)

    # --- one operator each: input tensor to output tensor

    def conv(self, x):
        rng, shape = self.rng, x[1]
        kernel, channels = (rng.randint(1, 4), rng.randint(1, 4)), rng.randint(1, 9)
        sizes, options = self.geometry(shape, kernel)
        w, scales = self.weights((channels, *kernel, shape[3]), channels, 0, rng.random() < 0.7)
        y = self.activation((1, *sizes, channels), step=self.output_scale(x, scales, kernel[0] * kernel[1] * shape[3]))
        self.with_bias("CONV_2D", x, w, scales, channels, y, activation=self.fused(), **named(options))
        return y

    def depthwise(self, x):
        rng, shape = self.rng, x[1]
        kernel, times = (rng.randint(1, 4), rng.randint(1, 4)), rng.choice((1, 1, 2, 3))
        channels = shape[3] * times
        sizes, options = self.geometry(shape, kernel)
        w, scales = self.weights((1, *kernel, channels), channels, 3, rng.random() < 0.7)
        y = self.activation((1, *sizes, channels), step=self.output_scale(x, scales, kernel[0] * kernel[1]))
        self.with_bias("DEPTHWISE_CONV_2D", x, w, scales, channels, y, activation=self.fused(), depth_multiplier=times, **named(options))
        return y

    def with_bias(self, op, x, w, scales, channels, y, **options):
        bias = self.bias(x, scales, channels)
        self.writer.operator(op, [x[0], w] + ([bias] if bias is not None else []), [y[0]], **options)

    def dense(self, x):
        rng, depth, units = self.rng, x[1][-1], self.rng.randint(1, 12)
        rows = 1
        for dim in x[1][:-1]:
            rows *= dim
        w, scales = self.weights((units, depth), units, 0, rng.random() < 0.5)
        y = self.activation((rows, units), step=self.output_scale(x, scales, depth))
        self.with_bias("FULLY_CONNECTED", x, w, scales, units, y, activation=self.fused())
        return y

    def pool(self, x, op):
        shape = x[1]
        kernel = (self.rng.randint(1, min(4, shape[1])), self.rng.randint(1, min(4, shape[2])))
        sizes, options = self.geometry(shape, kernel)
        options["dilation"] = (1, 1)
        sizes = [-(-size // s) if options["padding"] == "SAME" else (size - k) // s + 1 for size, k, s in zip(shape[1:3], kernel, options["stride"])]
        y = self.activation((1, *sizes, shape[3]), x)
        self.writer.operator(op, [x[0]], [y[0]], activation=self.fused(), filter=kernel, stride=options["stride"], padding=options["padding"])
        return y

    def binary(self, x, op):
        """With a second input that is computed, constant, per channel, or a single value."""
        rng = self.rng
        kind = rng.randrange(5)
        step, zero = scale(rng), rng.randint(-128, 127)
        shape = x[1] if kind in (0, 1) else (1,) * (len(x[1]) - 1) + ((x[1][-1],) if kind < 4 else (1,))
        size = 1
        for dim in shape:
            size *= dim
        if kind in (1, 3):
            second = self.writer.constant(self.name(), shape, self.numbers(size, -128), "int8", step, zero)
        elif kind == 0 and shape == x[1]:
            second = self.table(x, rng.choice(("QUANTIZE", "LOGISTIC")))
            second, step = second[0], second[2]
        else:
            second = self.writer.tensor(self.name(), shape, "int8", step, zero)
            self.extra.append(second)
        out = max(x[2], step) * rng.uniform(0.5, 2) if op == "ADD" else x[2] * step * 100 * rng.uniform(0.3, 2)
        y = self.activation(x[1], step=out)
        self.writer.operator(op, [x[0], second] if rng.random() < 0.7 else [second, x[0]], [y[0]], activation=self.fused())
        return y

    def softmax(self, x):
        y = self.activation(x[1], step=1 / 256, zero=-128)
        self.writer.operator("SOFTMAX", [x[0]], [y[0]], beta=self.rng.choice((1.0, 1.0, 0.5, 2.0)))
        return y

    def mean(self, x):
        keep = self.rng.random() < 0.5
        axes = self.writer.constant(self.name(), (2,), self.rng.choice(([1, 2], [2, 1], [-3, -2])), "int32")
        y = self.activation((1, 1, 1, x[1][3]) if keep else (1, x[1][3]), step=x[2] * self.rng.uniform(0.3, 1.5))
        self.writer.operator("MEAN", [x[0], axes], [y[0]], keep_dims=keep)
        return y

    def table(self, x, op):
        y = self.activation(x[1], step=1 / 256 if op == "LOGISTIC" else 1 / 128 if op == "TANH" else x[2] * self.rng.uniform(0.5, 1.5),
                            zero=-128 if op == "LOGISTIC" else 0 if op == "TANH" else None)
        self.writer.operator(op, [x[0]], [y[0]])
        return y

    def pad(self, x):
        pads = [(0, 0)] * (len(x[1]) == 4) + [(self.rng.randint(0, 2), self.rng.randint(0, 3)) for _ in x[1][len(x[1]) == 4:]]
        if self.rng.random() < 0.5:
            pads[-1] = (0, 0)
        constant = self.writer.constant(self.name(), (len(pads), 2), [n for pair in pads for n in pair], "int32")
        y = self.activation([size + sum(pair) for size, pair in zip(x[1], pads)], x)
        self.writer.operator("PAD", [x[0], constant], [y[0]])
        return y

    def concatenation(self, x):
        axis = self.rng.randrange(1 if len(x[1]) == 4 else 0, len(x[1]))
        parts = [x]
        for _ in range(self.rng.randint(0, 3)):
            shape = list(x[1])
            shape[axis] = self.rng.randint(1, 4)
            parts.append(self.activation(shape, x))
            self.extra.append(parts[-1][0])
        self.rng.shuffle(parts)
        shape = list(x[1])
        shape[axis] = sum(part[1][axis] for part in parts)
        y = self.activation(shape, x)
        self.writer.operator("CONCATENATION", [part[0] for part in parts], [y[0]], axis=self.rng.choice((axis, axis - len(shape))))
        return y

    def strided_slice(self, x):
        rng, begin, end, step, sizes = self.rng, [], [], [], []
        shrink = 0
        for axis, size in enumerate(x[1]):
            first = rng.randrange(size)
            last, stride = rng.randint(first + 1, size), rng.randint(1, 3)
            if len(x[1]) - 1 > axis > 0 and rng.random() < 0.2:
                shrink |= 1 << axis
                last, stride = first + 1, 1
            else:
                sizes.append(-(-(last - first) // stride))
            begin.append(first - size if rng.random() < 0.3 else first)
            end.append(last if last == size or rng.random() < 0.5 else last - size)
            step.append(stride)
        parts = [self.writer.constant(self.name(), (len(begin),), part, "int32") for part in (begin, end, step)]
        y = self.activation(sizes, x)
        self.writer.operator("STRIDED_SLICE", [x[0], *parts], [y[0]], shrink_axis_mask=shrink)
        return y

    def reshape(self, x):
        size = 1
        for dim in x[1]:
            size *= dim
        shape = self.rng.choice(((1, size), (size,), (1, size, 1), (1, 1, size, 1)))
        y = self.activation(shape, x)
        self.writer.operator("RESHAPE", [x[0], self.writer.constant(self.name(), (len(shape),), shape, "int32")], [y[0]])
        return y

    extra = None

    def finish(self, x, *outputs):
        return self.writer.finish([x[0], *self.extra], [y[0] for y in outputs])


def named(options):
    return {"stride": options["stride"], "dilation": options["dilation"], "padding": options["padding"]}


IMAGES = {
    "CONV_2D": Net.conv, "DEPTHWISE_CONV_2D": Net.depthwise, "AVERAGE_POOL_2D": lambda n, x: n.pool(x, "AVERAGE_POOL_2D"),
    "MAX_POOL_2D": lambda n, x: n.pool(x, "MAX_POOL_2D"), "MEAN": Net.mean,
}
ANY = {
    "FULLY_CONNECTED": Net.dense, "ADD": lambda n, x: n.binary(x, "ADD"), "MUL": lambda n, x: n.binary(x, "MUL"), "SOFTMAX": Net.softmax,
    "PAD": Net.pad, "CONCATENATION": Net.concatenation, "STRIDED_SLICE": Net.strided_slice, "RESHAPE": Net.reshape,
    "QUANTIZE": lambda n, x: n.table(x, "QUANTIZE"), "RELU": lambda n, x: n.table(x, "RELU"), "RELU6": lambda n, x: n.table(x, "RELU6"),
    "RELU_N1_TO_1": lambda n, x: n.table(x, "RELU_N1_TO_1"), "LOGISTIC": lambda n, x: n.table(x, "LOGISTIC"), "TANH": lambda n, x: n.table(x, "TANH"),
    "HARD_SWISH": lambda n, x: n.table(x, "HARD_SWISH"),
}
OPERATORS = {**IMAGES, **ANY}
EXACT = [name for name in OPERATORS if name != "HARD_SWISH"]


def begin(rng, shape=None):
    net = Net(rng)
    net.extra = []
    return net, net.activation(shape or (1, rng.randint(1, 9), rng.randint(1, 9), rng.randint(1, 7)))


def single(op, rng):
    """A file with one operator."""
    shape = None if op in IMAGES or rng.random() < 0.6 else rng.choice(((1, rng.randint(1, 40)), (rng.randint(1, 6), rng.randint(1, 9))))
    net, x = begin(rng, shape)
    return net.finish(x, OPERATORS[op](net, x))


def chain(rng, length, names=tuple(EXACT)):
    """A file with several, each on the result of an earlier one; up to three of the last results are outputs."""
    net, x = begin(rng)
    made = [x]
    for _ in range(length):
        source = made[-1] if rng.random() < 0.8 else rng.choice(made)
        possible = [name for name in names if name in ANY or (len(source[1]) == 4 and source[1][0] == 1)]
        made.append(OPERATORS[rng.choice(possible)](net, source))
    outputs = [made[-1]] + [y for y in made[1:-1] if rng.random() < 0.1]
    return net.finish(x, *outputs)
