# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""TFLite's rules for scales: which integers multiply, shift and clamp. Where TFLite computes in float32, so does this."""
import math
import struct

INT8_MIN, INT8_MAX = -128, 127
MAX_SHIFT = 30
# Limits of the clamp in real numbers.
LIMITS = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}


def f32(value):
    """value rounded to float32."""
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def round_away(value):
    """To the nearest integer, halves away from zero."""
    whole = math.floor(abs(value))
    whole += abs(value) - whole >= 0.5
    return whole if value >= 0 else -whole


def multiplier(scale, node, most=MAX_SHIFT):
    """scale as a 31-bit multiplier and a shift (negative: to the right). Too small a scale is multiplier 0."""
    if not math.isfinite(scale) or scale < 0:
        raise node.error(f"scale {scale} cannot be used")
    if scale == 0:
        return 0, 0
    fraction, shift = math.frexp(scale)
    fixed = round_away(fraction * (1 << 31))
    if fixed == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    if shift < -31:
        return 0, 0
    if shift > most:
        raise node.error(f"scale {scale} is too large")
    return fixed, shift


def clamp_range(activation, quant, node):
    """Least and largest output of a fused activation."""
    low, high = LIMITS[activation]

    def quantised(value):
        real = f32(value / quant.scale)
        if not math.isfinite(real):
            raise node.error(f"scale {quant.scale} is too small for {activation}")
        return quant.zero + round_away(real)
    return (INT8_MIN if low is None else max(INT8_MIN, quantised(low)),
            INT8_MAX if high is None else min(INT8_MAX, quantised(high)))


def high_multiply(a, b):
    """Rounded high half of twice the product of two int32 (gemmlowp's SaturatingRoundingDoublingHighMul)."""
    if a == b == -(1 << 31):
        return (1 << 31) - 1
    product = a * b
    nudged = product + ((1 << 30) if product >= 0 else 1 - (1 << 30))
    return nudged >> 31 if nudged >= 0 else -(-nudged >> 31)


def rounding_shift(value, bits):
    """value / 2^bits, halves away from zero."""
    if bits == 0:
        return value
    remainder = value & ((1 << bits) - 1)
    return (value >> bits) + (remainder > ((1 << bits) - 1 >> 1) + (value < 0))


def requantise(value, factor, shift):
    """TFLite's MultiplyByQuantizedMultiplier with its two roundings."""
    return rounding_shift(high_multiply(value << max(shift, 0), factor), max(-shift, 0))


def clamp8(value, low=INT8_MIN, high=INT8_MAX):
    return min(max(value, low), high)
