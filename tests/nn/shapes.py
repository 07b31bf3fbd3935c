# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Models with random weights: the shapes of the MLPerf Tiny networks, and layers of every operator in odd shapes.

Instruction counts do not depend on weights, so these stand for the real ones wherever only cost matters."""
import hashlib
import random
import struct

MAGIC, VERSION = 0x314E4E4B, 1
CONV, DEPTHWISE, FC, AVERAGE, MAX, ADD, MUL, SOFTMAX, MEAN, TABLE, PAD, CONCAT, SLICE = range(1, 14)
ARENA, INPUT, OUTPUT = 2, 3, 4
RIGHT, BROADCAST, NO_M128 = 2, 1, 4


def align(n, to):
    return (n + to - 1) // to * to


class Model:
    """Layers one after the other; `layer` returns the place of its output."""

    def __init__(self, name, shape, seed=1):
        self.name, self.random = name, random.Random(seed)
        self.constants, self.layers, self.macs = bytearray(), [], 0
        self.input = (INPUT, shape)
        self.tensors = []           # [bytes, first layer, last layer, shape]; the arena's
        self.scratch = {}

    def put(self, data, to=4):
        self.constants.extend(bytes(-len(self.constants) % to))
        self.constants.extend(data)
        return len(self.constants) - len(data)

    def words(self, values):
        return self.put(struct.pack(f"<{len(values)}i", *values))

    def use(self, tensor):
        if tensor[0] == ARENA:
            self.tensors[tensor[1]][2] = len(self.layers)

    def shape(self, tensor):
        return tensor[1] if tensor[0] == INPUT else self.tensors[tensor[1]][3]

    def scale(self, low=1, high=12):
        return self.random.randrange(1 << 30, 1 << 31), self.random.randint(low, high)

    def layer(self, op, tensor, out, second=None, kernel=(1, 1), stride=(1, 1), dilation=(1, 1), pad=(0, 0), same=False, act=None,
              multiplier=1, extra=0, flags=0, shifts=None, weights=0, zeros=None, view=None):
        rnd = self.random
        in_shape = view or self.shape(tensor)
        if same:
            out = [-(-n // s) for n, s in zip(in_shape, stride)] + [out]
            pad = [max(0, (o - 1) * s + (k - 1) * d + 1 - n) // 2
                   for o, s, k, d, n in zip(out, stride, kernel, dilation, in_shape)]
        zeros = zeros or [rnd.randint(-128, 127) for _ in range(3)]
        low, high = act or (-128, 127)
        bias = mult = shift = 0
        taps = kernel[0] * kernel[1] * (1 if op == DEPTHWISE else in_shape[2])
        if op in (CONV, DEPTHWISE, FC):
            n = out[2]
            spread = int((taps * 5000) ** 0.5) * 8
            least = 1 if self.name in NETWORKS else rnd.choice((0, 1))
            flags |= NO_M128 if least else 0
            weights = self.put(bytes((rnd.randrange(least, 256) - 128) & 255 for _ in range(taps * n)), 1)
            bias = self.words([rnd.randint(-spread, spread) for _ in range(n)])
            least = max(1, spread.bit_length() - 8)
            scales = [self.scale(*(shifts or (least, least + 2))) for _ in range(n)]
            scales = [(0, 1) if not shifts and rnd.random() < 0.02 else s for s in scales]
            mult, shift = self.words([m for m, _ in scales]), self.words([s for _, s in scales])
            flags |= RIGHT if all(s >= 1 for _, s in scales) else 0
            self.macs += taps * out[0] * out[1] * n
        self.use(tensor)
        if second:
            self.use(second)
        self.tensors.append([out[0] * out[1] * out[2], len(self.layers), len(self.layers), list(out)])
        rows = (kernel[0] - 1) * dilation[0] + 1
        seen = (out[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1
        padded = pad[0] or pad[1] or (out[0] - 1) * stride[0] + rows > in_shape[0] or seen > in_shape[1]
        if op in (CONV, DEPTHWISE) and padded:
            self.scratch[len(self.layers)] = (rows + 1) * align(max(seen, in_shape[1] + pad[1]) * in_shape[2], 16)
        self.layers.append(dict(op=op, flags=flags, tensor=tensor, second=second, out=(ARENA, len(self.tensors) - 1), in_shape=in_shape,
                                out_shape=out, bytes=(*kernel, *stride, *dilation, *pad), zeros=zeros, act=(low, high),
                                multiplier=multiplier, extra=extra, places=(weights, bias, mult, shift)))
        return (ARENA, len(self.tensors) - 1)

    def conv(self, tensor, channels, kernel, stride=(1, 1), relu=True, **more):
        zero = self.random.randint(-128, 0)
        return self.layer(CONV, tensor, channels, kernel=kernel, stride=stride, same=True, zeros=(5, 0, zero),
                          act=(zero, 127) if relu else None, **more)

    def depthwise(self, tensor, kernel=(3, 3), stride=(1, 1), **more):
        return self.layer(DEPTHWISE, tensor, self.shape(tensor)[2], kernel=kernel, stride=stride, same=True, zeros=(-7, 0, -128), **more)

    def fc(self, tensor, n, relu=True):
        h, w, c = self.shape(tensor)
        return self.layer(FC, tensor, [1, 1, n], zeros=(1, 0, -128 if relu else 3), view=[1, 1, h * w * c])

    def average(self, tensor, kernel):
        return self.layer(AVERAGE, tensor, [1, 1, self.shape(tensor)[2]], kernel=kernel, stride=kernel)

    def add(self, tensor, second, act=None, **more):
        params = [20]
        for low in (0, 0, 16):
            params += self.scale(low, low + 2)
        return self.layer(ADD, tensor, self.shape(tensor), second=second, weights=self.words(params), act=act, **more)

    def softmax(self, tensor, left=23):
        return self.layer(SOFTMAX, tensor, self.shape(tensor), weights=self.words([1518500250, left, -255]), zeros=(0, 0, -128))

    def in_place(self, layer):
        """May the output have its input's place? Only what keeps copies of its input, or works element by element."""
        l = self.layers[layer]
        kept = layer in self.scratch and l["bytes"][2:4] == (1, 1) and l["in_shape"] == list(l["out_shape"])
        return l["tensor"][0] == ARENA and (kept or l["op"] == TABLE) and self.tensors[l["tensor"][1]][2] == layer

    def plan(self):
        """First fit by size; the last tensor is the output. Tensors that share a place are planned as one."""
        share = {}
        for i, l in enumerate(self.layers):
            if self.in_place(i):
                (_, a), (_, b) = l["tensor"], l["out"]
                if b != len(self.tensors) - 1:
                    share[b] = share.get(a, a)
                    self.tensors[share[b]][2] = self.tensors[b][2]
        at, peak = self.plan_distinct({b for b in share})
        return {**at, **{("t", b): at["t", a] for b, a in share.items()}}, peak

    def plan_distinct(self, shared):
        wanted = [(t[0], ("t", i), t[1], t[2]) for i, t in enumerate(self.tensors[:-1]) if i not in shared]
        wanted += [(size, ("s", i), i, i) for i, size in self.scratch.items()]
        at, peak, placed = {}, 0, []
        for size, name, first, last in sorted(wanted, key=lambda w: (-w[0], w[2])):
            offset = 0
            for o, s, a, b in sorted(placed):
                if a <= last and first <= b and offset < o + s and o < offset + size:
                    offset = align(o + s, 64)
            placed.append((offset, size, first, last))
            at[name] = offset
            peak = max(peak, offset + size)
        return at, peak

    def image(self):
        at, arena = self.plan()
        last = len(self.tensors) - 1

        def place(tensor):
            if not tensor or tensor[0] == INPUT:
                return INPUT << 28 if tensor else 0
            return OUTPUT << 28 if tensor[1] == last else ARENA << 28 | at["t", tensor[1]]
        layers = b"".join(
            struct.pack("<BBHIIII6H8B5bBHIIII", l["op"], l["flags"], i, place(l["tensor"]), place(l["second"]), place(l["out"]),
                        ARENA << 28 | at["s", i] if i in self.scratch else 0, *l["in_shape"], *l["out_shape"], *l["bytes"], *l["zeros"],
                        *l["act"], l["multiplier"], l["extra"], *l["places"]) for i, l in enumerate(self.layers))
        ends = []
        for kind, shape in ((0, self.input[1]), (1, self.tensors[last][3])):
            size = shape[0] * shape[1] * shape[2]
            ends.append(struct.pack("<9IfiIII2I", kind, 0, 0, size, 3, *shape, 1, 1.0, 0, 0, 0, 0, 0, 0))
        tensors = b"".join(ends)
        strings = self.name.encode() + b"\0"
        tensors_at = 128 + len(layers)
        constants_at = tensors_at + len(tensors)
        strings_at = constants_at + len(self.constants)
        size = strings_at + len(strings)
        head = struct.pack("<20I", 128, len(self.layers), tensors_at, 2, constants_at, len(self.constants), strings_at, len(strings), arena,
                           self.input[1][0] * self.input[1][1] * self.input[1][2], self.tensors[last][0], 0, self.macs & 0xffffffff,
                           self.macs >> 32, self.macs * 12 + 1, self.macs // 4 + 1, self.macs // 7 + 1, self.macs // 10 + 1, 0, 0)
        rest = head + layers + tensors + bytes(self.constants) + strings
        return struct.pack("<4I", MAGIC, VERSION, size, 0) + hashlib.sha256(rest).digest() + rest


def kws():
    m = Model("kws", [49, 10, 1])
    t = m.conv(m.input, 64, (10, 4), (2, 2))
    for _ in range(4):
        t = m.conv(m.depthwise(t), 64, (1, 1))
    m.softmax(m.fc(m.average(t, (25, 5)), 12, False))
    return m


def ic():
    m = Model("ic", [32, 32, 3])
    t = m.conv(m.input, 16, (3, 3))
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        a = m.conv(t, channels, (3, 3), (stride, stride))
        a = m.conv(a, channels, (3, 3), relu=False)
        if stride == 2:
            t = m.conv(t, channels, (1, 1), (2, 2), relu=False)
        t = m.add(a, t)
    m.softmax(m.fc(m.average(t, (8, 8)), 10, False))
    return m


def vww():
    m = Model("vww", [96, 96, 3])
    t = m.conv(m.input, 8, (3, 3), (2, 2))
    for channels, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)):
        t = m.conv(m.depthwise(t, stride=(stride, stride)), channels, (1, 1))
    m.softmax(m.fc(m.average(t, (3, 3)), 2, False))
    return m


def ad():
    m = Model("ad", [1, 1, 640])
    t = m.input
    for n in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        t = m.fc(t, n)
    m.fc(t, 640, False)
    return m


def sww():
    m = Model("sww", [30, 1, 40])
    t = m.input
    for k, n in ((3, 128), (5, 128), (10, 128), (15, 32)):
        h, _, c = m.shape(t)
        t = m.layer(DEPTHWISE, t, [h - k + 1, 1, c], kernel=(k, 1), zeros=(3, 0, -128))
        t = m.conv(t, n, (1, 1))
    m.softmax(m.fc(t, 3, False))
    return m


def odd(seed):
    """Layers in a row, of every operator, in shapes that leave remainders everywhere."""
    m = Model(f"odd {seed}", [17, 13, 5], seed)
    rnd = m.random
    t = m.input
    for _ in range(24):
        h, w, c = m.shape(t)
        which = rnd.randrange(16)
        kernel = (rnd.randint(1, 5), rnd.randint(1, 5))
        stride = (rnd.randint(1, 3), rnd.randint(1, 3)) if h > 6 and w > 6 else (1, 1)
        dilation = (rnd.randint(1, 2), rnd.randint(1, 3)) if rnd.random() < 0.2 else (1, 1)
        act = sorted((rnd.randint(-128, 127), rnd.randint(-128, 127))) if rnd.random() < 0.5 else None
        channels = rnd.choice((1, 2, 3, 7, 8, 9, 12, 16, 31, 33, 40, 64, 67))
        general = dict(act=act, zeros=[rnd.randint(-128, 127) for _ in range(3)])
        if which < 4:
            t = m.layer(CONV, t, channels, kernel=kernel, stride=stride, dilation=dilation, same=True, **general)
        elif which == 4:
            t = m.layer(CONV, t, channels, shifts=(-2, 12), same=True, **general)
        elif which < 8:
            t = m.layer(DEPTHWISE, t, c, kernel=rnd.choice((kernel, (3, 3))), stride=stride, dilation=dilation, same=True,
                        shifts=rnd.choice((None, None, (-1, 9))), **general)
        elif which == 8:
            many = rnd.randint(1, 3)
            t = m.layer(DEPTHWISE, t, c * many, kernel=kernel, stride=stride, same=True, multiplier=many, **general)
        elif which == 9:
            stride = [min(a, b) for a, b in zip(kernel, stride)]
            t = m.layer(rnd.choice((AVERAGE, MAX)), t, c, kernel=kernel, stride=stride, same=True, act=act)
        elif which == 10:
            t = m.add(t, m.layer(CONV, t, c, same=True), act)
        elif which == 11:
            other = m.layer(TABLE, t, [h, w, c], weights=m.put(bytes(rnd.randrange(256) for _ in range(256))))
            t = m.layer(MUL, t, [h, w, c], second=other, weights=m.words(m.scale(rnd.choice((-1, 0, 6)), 7)), **general)
        elif which == 12:
            channel = m.layer(MEAN, t, [1, 1, c], weights=m.words(m.scale(2, 9)))
            if rnd.random() < 0.5:
                t = m.add(t, channel, act, flags=BROADCAST)
            else:
                t = m.layer(MUL, t, [h, w, c], second=channel, weights=m.words(m.scale(4, 7)), flags=BROADCAST, **general)
        elif which == 13 and h * w < 400:
            extra = rnd.choice((0, 0, 1, 2))
            t = m.layer(PAD, t, [h + 3, w + 2, c + extra + min(extra, 1)], pad=(1, 2), extra=extra)
        elif which == 14 and h > 4 and w > 4:
            t = m.layer(SLICE, t, [h // 2, w // 2, (c + 1) // 2], stride=(2, 2), multiplier=min(2, c))
        else:
            t = m.softmax(t, rnd.randint(16, 24))
    t = m.layer(FC, t, [1, m.shape(t)[1], 19], view=[1, m.shape(t)[1], m.shape(t)[0] * m.shape(t)[2]])
    t = m.fc(t, 203, False)
    m.fc(t, 130)
    return m


def concat():
    m = Model("concat", [9, 7, 21])
    a = m.layer(CONCAT, m.input, [9, 7, 21])
    a = m.layer(CONCAT, a, [63, 1, 24], view=[63, 1, 21])
    m.layer(TABLE, a, [63, 1, 24], weights=m.put(bytes(range(256))))
    return m


NETWORKS = {"kws": kws, "ic": ic, "vww": vww, "ad": ad, "sww": sww}
ODD = {"concat": concat, **{f"odd{seed}": (lambda seed=seed: odd(seed)) for seed in range(1, 9)}}
