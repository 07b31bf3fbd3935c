# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Estimates of instructions, for the time limit of a run and for people; measured figures are in models/README.md.

A vector of VLEN bits holds VLEN / 4 sums in eight registers. The numbers are fitted to the executor (make nn-bench) from above: what it
does not need for the reference models it may need for layers of odder shape."""

import image

LENGTHS = (128, 256, 512)
CONVOLUTIONS = ("CONV_2D", "FULLY_CONNECTED", "DEPTHWISE_CONV_2D")
# Per element of the output: scalar, and for a vector of them; by element of the window: the same.
ELEMENT = {"ADD": (120, 42), "MUL": (84, 42), "TABLE": (20, 60), "PAD": (42, 24), "CONCATENATION": (12, 24), "STRIDED_SLICE": (20, 40),
           "SOFTMAX": (400, 400), "MEAN": (60, 200), "AVERAGE_POOL_2D": (60, 90), "MAX_POOL_2D": (60, 90)}
WINDOW = (38, 12)
LAYER = 500                 # to begin a layer
ROW = 120                   # to begin a row, of the output or of the padded copy of the input
SOFTMAX_ROW = 300
NARROW = 16                 # channels; with fewer, vectors along them are no use


def weighted_scalar(layer):
    outputs = layer.out_shape[0] * layer.out_shape[1] * layer.out_shape[2]
    each = 58 if layer.op == "DEPTHWISE_CONV_2D" else 10 + 40 / layer.in_shape[2]
    return layer.macs() * each + outputs * 60


def weighted_vector(layer, group):
    """For each vector of output channels: its taps, then its scale."""
    taps = layer.kernel[0] * layer.kernel[1]
    vectors = layer.out_shape[0] * layer.out_shape[1] * -(-layer.out_shape[2] // group)
    if layer.op == "DEPTHWISE_CONV_2D":
        if layer.multiplier > 1:                # one channel after the other
            return weighted_scalar(layer)
        return vectors * (taps * 15 + 75)
    each = 6 if layer.out_shape[1] == 1 else 3.5
    return vectors * (taps * (layer.in_shape[2] * each + 2.7) + 90)


def element_cost(layer, group):
    scalar, vector = ELEMENT[layer.op]
    pixels, channels = layer.out_shape[0] * layer.out_shape[1], layer.out_shape[2]
    window = layer.kernel[0] * layer.kernel[1] if "POOL" in layer.op else layer.in_shape[0] * layer.in_shape[1] if layer.op == "MEAN" else 1
    if layer.op == "SOFTMAX":
        return pixels * (channels * scalar + SOFTMAX_ROW)
    narrow = channels < NARROW and (layer.op == "MEAN" or layer.flags & image.BROADCAST)
    if not group or narrow:                     # the vector core does these one by one, too
        return pixels * channels * (scalar + WINDOW[0] * (window - 1))
    if layer.op in ("ADD", "MUL", "TABLE"):
        return -(-pixels * channels // group) * vector
    return pixels * -(-channels // group) * (vector + WINDOW[1] * (window - 1))


def layer_cost(layer, length):
    """Instructions of a layer; length 0 is the scalar core."""
    group = length // 4
    rows = LAYER + ROW * (layer.out_shape[0] + (layer.in_shape[0] if layer.scratch_bytes() else 0))
    if layer.op in CONVOLUTIONS:
        return int(rows + (weighted_vector(layer, group) if group else weighted_scalar(layer)))
    return int(rows + element_cost(layer, group))


def estimate(layers):
    """Scalar, then the three vector lengths; what the format has room for."""
    return tuple(min(sum(layer_cost(layer, length) for layer in layers), 0xffffffff) for length in (0, *LENGTHS))
