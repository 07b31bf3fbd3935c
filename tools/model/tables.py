# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Functions of one int8 as tables of 256 bytes, entry 0 for -128."""
import math

import quant
from quant import clamp8, f32, requantise, round_away


def table(node):
    """The table of an operator, as bytes."""
    source, target = node.inputs[0], node.output
    entries = (stored(index - 128, source.dtype) for index in range(256))
    function = MAKERS[node.op](node, source.quant, target.quant)
    low, high = (0, 255) if target.dtype == "uint8" else (quant.INT8_MIN, quant.INT8_MAX)
    return bytes(clamp8(function(value), low, high) & 255 for value in entries)


def stored(signed, dtype):
    """The number that a byte, read as int8, is in a tensor of the type."""
    return signed & 255 if dtype == "uint8" else signed


def make_quantize(node, source, target):
    factor, shift = quant.multiplier(source.scale / target.scale, node)
    return lambda value: requantise(value - source.zero, factor, shift) + target.zero


def make_rectifier(node, source, target):
    factor, shift = quant.multiplier(f32(source.scale / target.scale), node)
    low, high = quant.clamp_range(node.op, target, node)
    return lambda value: clamp8(requantise(value - source.zero, factor, shift) + target.zero, low, high)


def make_real(function):
    """TFLite's tables of a real function: to real numbers, the function, and back, in float32."""
    def make(node, source, target):
        inverse = f32(1 / target.scale)
        if not math.isfinite(inverse):
            raise node.error(f"scale {target.scale} of its output is too small")

        def entry(value):
            result = f32(function(f32(source.scale * (value - source.zero))) * inverse)
            return round_away(min(max(result, -1e6), 1e6)) + target.zero
        return entry
    return make


def logistic(x):
    return f32(1 / (1 + math.exp(-x))) if x > -80 else 0.0


def tanh(x):
    return f32(math.tanh(x))


# HARD_SWISH computes with int16 in TFLite; these are its steps.
def saturate16(value):
    return min(max(value, -32768), 32767)


def high_multiply16(a, b):
    """Rounded, as of two fractions of 15 bits."""
    if a == b == -32768:
        return 32767
    product = a * b
    nudged = product + ((1 << 14) if product >= 0 else 1 - (1 << 14))
    return nudged >> 15 if nudged >= 0 else -(-nudged >> 15)


def narrow(factor):
    """A 31-bit multiplier with 15 bits."""
    return 32767 if factor >= 0x7fff8000 else (factor + (1 << 15)) >> 16


def make_hard_swish(node, source, target):
    hires = f32(f32(1 / 128) * source.scale)
    out_factor, out_shift = quant.multiplier(f32(hires / target.scale), node)
    relu_factor, relu_shift = quant.multiplier(f32(hires / f32(3.0 / 32768)), node)
    if out_shift > 0:
        raise node.error("its output scale is too small for its input")
    out_factor, relu_factor = narrow(out_factor), narrow(relu_factor)

    def entry(value):
        fine = (value - source.zero) * 128
        output = high_multiply16(fine, out_factor)
        gate = fine
        if relu_shift > 0:
            gate = saturate16(gate << relu_shift - 1)
        gate = high_multiply16(gate, relu_factor)
        if relu_shift > 0:
            gate = saturate16(gate << 1)
        if relu_shift < 0:
            gate = quant.rounding_shift(gate, -relu_shift)
        gate = (gate + 32768) >> 1
        product = output * gate
        output = 32767 if output == gate == -32768 else product >> 15 if product >= 0 else -(-product >> 15)
        return quant.rounding_shift(output, -out_shift) + target.zero
    return entry


MAKERS = {"QUANTIZE": make_quantize, "RELU": make_rectifier, "RELU6": make_rectifier, "RELU_N1_TO_1": make_rectifier,
          "LOGISTIC": make_real(logistic), "TANH": make_real(tanh), "HARD_SWISH": make_hard_swish}
