# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Post-training quantisation by TFLite's rules: activations int8 with scale and zero point from the ranges that calibration inputs
show, weights int8 with zero point 0 and a scale per output channel, biases int32 in the scale of the sums."""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/model"))
sys.dont_write_bytecode = True

from network import Average, Conv, Dense, Depthwise      # noqa: E402
from tflite_writer import Writer                         # noqa: E402


def single(value):
    return float(np.float32(value))


def activation_scale(values, share=1e-4):
    """Scale and zero point for all but the share of the most extreme values; 0 is always exact."""
    low, high = min(float(np.quantile(values, share)), 0.0), max(float(np.quantile(values, 1 - share)), 0.0)
    scale = single(max(high - low, 1e-6) / 255)
    return scale, int(np.clip(round(-128 - low / scale), -128, 127))


def weight_scales(weights, per_channel):
    """The last dimension is the output channel."""
    largest = np.abs(weights).reshape(-1, weights.shape[-1]).max(0)
    if not per_channel:
        largest = largest.max(keepdims=True)
    return [single(max(value, 1e-8) / 127) for value in largest]


class Export:
    """Walks a network, writing an operator for each layer. x: (tensor, scale, zero)."""

    def __init__(self, name, network, calibration, input_shape):
        self.writer, self.network, self.count = Writer(name), network, 0
        self.values, self.shape = calibration, tuple(input_shape)
        self.input = self.tensor("input", self.shape, *activation_scale(calibration))

    def tensor(self, name, shape, scale, zero):
        return self.writer.tensor(name, shape, "int8", scale, zero), scale, zero

    def finish(self, with_softmax):
        """The file's bytes, and scale and zero point of the input."""
        x = self.input
        for layer in self.network.layers:
            self.count += 1
            self.values = layer(self.values)
            self.shape = (1, *self.values.shape[1:])
            x = EXPORTS[type(layer)](self, layer, x)
        if with_softmax:
            y = self.tensor("chances", self.shape, 1 / 256, -128)
            self.writer.operator("SOFTMAX", [x[0]], [y[0]], beta=1.0)
            x = y
        return self.writer.finish([self.input[0]], [x[0]]), self.input[1:], x[1:]

    def weighted(self, op, x, layer, weights, shape, axis, per_channel=True, **options):
        """weights: as numbers with the output channel last; shape and axis: as the file has them, transposed already by the caller."""
        scales = weight_scales(layer.parameters[0], per_channel)
        steps = np.array(scales, np.float64)
        packed = np.clip(np.rint(layer.parameters[0] / steps), -127, 127).astype(int)
        k = self.writer.constant(f"weights{self.count}", shape, weights(packed).ravel().tolist(), "int8", scales, axis=axis)
        bias_scales = [single(x[1] * scale) for scale in scales]
        bias = np.rint(layer.parameters[1] / np.array(bias_scales)).astype(int)
        b = self.writer.constant(f"bias{self.count}", (len(bias),), bias.tolist(), "int32", bias_scales)
        y = self.tensor(f"{op.lower()}{self.count}", self.shape, *activation_scale(self.values))
        self.writer.operator(op, [x[0], k, b], [y[0]], activation="RELU" if layer.relu else "NONE", **options)
        return y


def export_conv(to, layer, x):
    height, width, inputs, outputs = layer.parameters[0].shape
    return to.weighted("CONV_2D", x, layer, lambda w: w.transpose(3, 0, 1, 2), (outputs, height, width, inputs), 0,
                       padding="SAME", stride=layer.stride)


def export_depthwise(to, layer, x):
    return to.weighted("DEPTHWISE_CONV_2D", x, layer, lambda w: w, (1, *layer.parameters[0].shape), 3,
                       padding="SAME", stride=layer.stride, depth_multiplier=1)


def export_dense(to, layer, x):
    inputs, outputs = layer.parameters[0].shape
    return to.weighted("FULLY_CONNECTED", x, layer, lambda w: w.T, (outputs, inputs), 0, per_channel=False)


def export_average(to, layer, x):
    """A pool as large as the image, then a reshape: both keep the scale."""
    channels = layer.shape[3]
    y = to.tensor(f"pool{to.count}", (1, 1, 1, channels), *x[1:])
    to.writer.operator("AVERAGE_POOL_2D", [x[0]], [y[0]], padding="VALID", stride=layer.shape[1:3], filter=layer.shape[1:3])
    z = to.tensor(f"flat{to.count}", (1, channels), *x[1:])
    to.writer.operator("RESHAPE", [y[0], to.writer.constant(f"shape{to.count}", (2,), [1, channels], "int32")], [z[0]])
    return z


EXPORTS = {Conv: export_conv, Depthwise: export_depthwise, Dense: export_dense, Average: export_average}


def integers(values, scale, zero):
    """Inputs for the model, as its bytes."""
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)
