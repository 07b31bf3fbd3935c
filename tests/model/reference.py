# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""TFLite's integer semantics once more, operator by operator and element by element, straight from the graph that a reader made:
nothing folded, packed or planned, no arithmetic shared with the tool. Slow, and meant to be."""
import itertools
import math
import struct

LOW, HIGH = -128, 127


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def half_away(value):
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def split(real):
    """A positive real number as 31-bit integer and power of two."""
    mantissa, exponent = math.frexp(real)
    integer = half_away(mantissa * 2 ** 31)
    if integer == 2 ** 31:
        integer, exponent = integer // 2, exponent + 1
    return (integer, exponent) if exponent >= -31 else (0, 0)


def truncated(a, b):
    """Division as C does it."""
    return abs(a) // b if a >= 0 else -(abs(a) // b)


def doubled_high(a, b):
    if a == b == -2 ** 31:
        return 2 ** 31 - 1
    product = a * b
    return truncated(product + (2 ** 30 if product >= 0 else 1 - 2 ** 30), 2 ** 31)


def divided(x, exponent):
    """By a power of two, to nearest, halves away from zero."""
    whole, rest = abs(x) >> exponent, abs(x) & (2 ** exponent - 1)
    whole += 2 * rest >= 2 ** exponent and exponent > 0
    return whole if x >= 0 else -whole


def scaled(x, pair):
    integer, exponent = pair
    return divided(doubled_high(x * 2 ** max(exponent, 0), integer), max(-exponent, 0))


def limits(activation, quant):
    def to_integer(value):
        return quant.zero + half_away(single(value / quant.scale))
    least, most = LOW, HIGH
    if activation in ("RELU", "RELU6"):
        least = max(least, to_integer(0.0))
    if activation == "RELU6":
        most = min(most, to_integer(6.0))
    if activation == "RELU_N1_TO_1":
        least, most = max(least, to_integer(-1.0)), min(most, to_integer(1.0))
    return least, most


def within(value, bounds=(LOW, HIGH)):
    return max(bounds[0], min(bounds[1], value))


class Reference:
    """Values of all tensors of one run."""

    def __init__(self, graph):
        self.graph = graph

    def run(self, *inputs):
        self.values = dict(zip(self.graph.inputs, map(list, inputs)))
        for node in self.graph.nodes:
            value = getattr(self, node.op.lower())(node)
            assert len(value) == node.output.size, node
            self.values[node.output] = value
        return [self.values[tensor] for tensor in self.graph.outputs]

    def value(self, tensor):
        return tensor.data if tensor.data is not None else self.values[tensor]

    # --- convolutions

    def taps(self, node, oy, ox, kernel):
        """Positions of the window that lie in the input: (row, pixel, ky, kx)."""
        attrs, (_, height, width, _) = node.attrs, node.inputs[0].shape
        for ky, kx in itertools.product(range(kernel[0]), range(kernel[1])):
            y = oy * attrs["stride"][0] - attrs["pad"][0][0] + ky * attrs["dilation"][0]
            x = ox * attrs["stride"][1] - attrs["pad"][1][0] + kx * attrs["dilation"][1]
            if 0 <= y < height and 0 <= x < width:
                yield y, x, ky, kx

    def finish(self, node, total, channel):
        x, w, out = node.inputs[0].quant, node.inputs[1].quant, node.output.quant
        if len(node.inputs) > 2 and node.inputs[2] is not None:
            total += node.inputs[2].data[channel]
        if node.op == "FULLY_CONNECTED" and len(w.scales) == 1:
            real = single(x.scale * w.scale) / out.scale
        else:
            real = x.scale * w.scales[channel if len(w.scales) > 1 else 0] / out.scale
        return within(out.zero + scaled(total, split(real)), limits(node.attrs["activation"], out))

    def conv_2d(self, node):
        data, w, zero = self.value(node.inputs[0]), node.inputs[1], node.inputs[0].quant.zero
        _, _, width, depth = node.inputs[0].shape
        result = []
        for oy, ox, oc in itertools.product(*map(range, node.output.shape[1:])):
            total = 0
            for y, x, ky, kx in self.taps(node, oy, ox, w.shape[1:3]):
                at, wat = (y * width + x) * depth, ((oc * w.shape[1] + ky) * w.shape[2] + kx) * depth
                total += sum((data[at + c] - zero) * w.data[wat + c] for c in range(depth))
            result.append(self.finish(node, total, oc))
        return result

    def depthwise_conv_2d(self, node):
        data, w, zero = self.value(node.inputs[0]), node.inputs[1], node.inputs[0].quant.zero
        _, _, width, depth = node.inputs[0].shape
        times, result = w.shape[3] // depth, []
        for oy, ox, oc in itertools.product(*map(range, node.output.shape[1:])):
            total = sum((data[(y * width + x) * depth + oc // times] - zero) * w.data[(ky * w.shape[2] + kx) * w.shape[3] + oc]
                        for y, x, ky, kx in self.taps(node, oy, ox, w.shape[1:3]))
            result.append(self.finish(node, total, oc))
        return result

    def fully_connected(self, node):
        data, w, zero = self.value(node.inputs[0]), node.inputs[1], node.inputs[0].quant.zero
        units, depth = w.shape
        return [self.finish(node, sum((data[row * depth + c] - zero) * w.data[unit * depth + c] for c in range(depth)), unit)
                for row in range(len(data) // depth) for unit in range(units)]

    # --- pools

    def pool(self, node, function):
        data, (_, _, width, depth) = self.value(node.inputs[0]), node.inputs[0].shape
        bounds = limits(node.attrs["activation"], node.output.quant)
        return [within(function([data[(y * width + x) * depth + c] for y, x, _, _ in self.taps(node, oy, ox, node.attrs["kernel"])]), bounds)
                for oy, ox, c in itertools.product(*map(range, node.output.shape[1:]))]

    def average_pool_2d(self, node):
        def average(values):
            total, count = sum(values), len(values)
            return truncated(total + count // 2, count) if total > 0 else truncated(total - count // 2, count)
        return self.pool(node, average)

    def max_pool_2d(self, node):
        return self.pool(node, max)

    def mean(self, node):
        x, out = node.inputs[0], node.output
        _, height, width, depth = x.shape
        integer, exponent = split(x.quant.scale / out.quant.scale)
        count = height * width
        more = min(int(math.log2(count)), 32, 31 + exponent)
        pair = (integer * 2 ** more // count, exponent - more)
        data = self.value(x)
        return [within(scaled(sum(data[n * depth + c] for n in range(count)) - x.quant.zero * count, pair) + out.quant.zero) for c in range(depth)]

    # --- elementwise

    def pairs(self, node):
        first, second = node.inputs
        a, b = self.value(first), self.value(second)
        return [(a[n], b[n % len(b)] if second.shape != first.shape else b[n]) for n in range(first.size)]

    def add(self, node):
        (s1, z1), (s2, z2) = ((t.quant.scale, t.quant.zero) for t in node.inputs)
        out = node.output.quant
        twice = 2 * max(s1, s2)
        p1, p2, p = split(s1 / twice), split(s2 / twice), split(twice / (2 ** 20 * out.scale))
        bounds = limits(node.attrs["activation"], out)
        return [within(scaled(scaled((a - z1) * 2 ** 20, p1) + scaled((b - z2) * 2 ** 20, p2), p) + out.zero, bounds) for a, b in self.pairs(node)]

    def mul(self, node):
        (s1, z1), (s2, z2) = ((t.quant.scale, t.quant.zero) for t in node.inputs)
        out = node.output.quant
        pair, bounds = split(s1 * s2 / out.scale), limits(node.attrs["activation"], out)
        return [within(scaled((a - z1) * (b - z2), pair) + out.zero, bounds) for a, b in self.pairs(node)]

    def quantize(self, node):
        x, out = node.inputs[0], node.output
        pair = split(x.quant.scale / out.quant.scale)
        bounds = (0, 255) if out.dtype == "uint8" else (LOW, HIGH)
        return [within(scaled(value - x.quant.zero, pair) + out.quant.zero, bounds) for value in self.value(x)]

    def rectify(self, node):
        x, out = node.inputs[0].quant, node.output.quant
        pair, bounds = split(single(x.scale / out.scale)), limits(node.op, out)
        return [within(scaled(value - x.zero, pair) + out.zero, bounds) for value in self.value(node.inputs[0])]

    relu = relu6 = relu_n1_to_1 = rectify

    def real(self, node, function):
        x, out = node.inputs[0].quant, node.output.quant
        return [within(half_away(single(single(function(single(x.scale * (value - x.zero)))) * single(1 / out.scale))) + out.zero)
                for value in self.value(node.inputs[0])]

    def logistic(self, node):
        return self.real(node, lambda x: 1 / (1 + math.exp(-x)))

    def tanh(self, node):
        return self.real(node, math.tanh)

    def hard_swish(self, node):
        """Not TFLite's steps in 16 bits, but the function itself: within one."""
        return self.real(node, lambda x: x * min(max(x + 3, 0), 6) / 6)

    # --- what only moves bytes

    def reshape(self, node):
        return list(self.value(node.inputs[0]))

    squeeze = reshape

    def pad(self, node):
        x, pads = node.inputs[0], node.attrs["pads"]
        data, result = self.value(x), []
        for place in itertools.product(*map(range, node.output.shape)):
            inner = [p - before for p, (before, _) in zip(place, pads)]
            inside = all(0 <= p < size for p, size in zip(inner, x.shape))
            result.append(data[flat(inner, x.shape)] if inside else node.output.quant.zero)
        return result

    def concatenation(self, node):
        axis, result = node.attrs["axis"], []
        for place in itertools.product(*map(range, node.output.shape)):
            inner = list(place)
            for tensor in node.inputs:
                if inner[axis] < tensor.shape[axis]:
                    result.append(self.value(tensor)[flat(inner, tensor.shape)])
                    break
                inner[axis] -= tensor.shape[axis]
        return result

    def strided_slice(self, node):
        data, shape = self.value(node.inputs[0]), node.inputs[0].shape
        return [data[flat(place, shape)] for place in itertools.product(*node.attrs["ranges"])]

    # --- softmax, in the fixed point arithmetic of gemmlowp

    def softmax(self, node):
        x, depth = node.inputs[0], node.inputs[0].shape[-1]
        integer, left = split(min(node.attrs["beta"] * x.quant.scale * 2 ** 26, 2 ** 31 - 1.0))
        least = -math.floor(31 * 2 ** 26 / 2 ** left)
        data, result = self.value(x), []
        for row in range(0, len(data), depth):
            most = max(data[row:row + depth])
            differences = [value - most for value in data[row:row + depth]]
            exps = [exp_negative(doubled_high(d * 2 ** left, integer)) if d >= least else None for d in differences]
            total = sum(divided(e, 12) for e in exps if e is not None)
            headroom = 32 - total.bit_length()
            inverse = reciprocal(total * 2 ** headroom - 2 ** 31)
            result += [within(divided(doubled_high(inverse, e), 12 - headroom + 23) - 128) if e is not None else LOW for e in exps]
        return result


def flat(place, shape):
    at = 0
    for p, size in zip(place, shape):
        at = at * size + p
    return at


def saturated(x, power):
    """Shifted left, at most as large as 32 bits hold."""
    return max(-2 ** 31, min(2 ** 31 - 1, x * 2 ** power))


def exp_negative(a):
    """exp of a number in [-32, 0] with 26 fractional bits, with 31."""
    if a == 0:
        return 2 ** 31 - 1
    quarter = 2 ** 24
    rest = (a & quarter - 1) - quarter
    result = exp_small(saturated(rest, 5))
    for bit, factor in ((24, 1672461947), (25, 1302514674), (26, 790015084), (27, 290630308), (28, 39332535), (29, 720401), (30, 242)):
        if (rest - a) >> bit & 1:
            result = doubled_high(result, factor)
    return result


def exp_small(a):
    """exp in [-1/4, 0), 31 fractional bits: a series around -1/8."""
    x = a + 2 ** 28
    x2 = doubled_high(x, x)
    x3, x4 = doubled_high(x2, x), doubled_high(x2, x2)
    tail = divided(doubled_high(divided(x4, 2) + x3, 715827883) + x2, 1)
    return 1895147668 + doubled_high(1895147668, x + tail)


def reciprocal(a):
    """1 / (1 + a) for a in [0, 1], 31 fractional bits: three steps of Newton's method."""
    half = (a + 2 ** 31 - 1 + 1) // 2 if a + 2 ** 31 - 1 >= 0 else -((-(a + 2 ** 31 - 1) + 1) // 2)
    x = 1515870810 + doubled_high(half, -1010580540)
    for _ in range(3):
        x += saturated(doubled_high(x, 2 ** 29 - doubled_high(half, x)), 2)
    return saturated(x, 1)
