# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What each operator asks of its tensors, whichever file it comes from. After check() all later stages may rely on it."""
import math

from errors import ModelError
from ir import MAX_WEIGHTS

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def same_padding(size, kernel, stride, dilation):
    """TFLite's SAME: before and behind, the odd one behind."""
    out = -(-size // stride)
    total = max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def window_count(size, kernel, stride, dilation, pad):
    return (size + sum(pad) - (kernel - 1) * dilation - 1) // stride + 1


def need(node, condition, text):
    if not condition:
        raise node.error(text)


def need_quant(node, tensor, channels=None):
    """int8 with one scale and zero point, or, for weights, with one or one per channel and zero points of 0."""
    quant = tensor.quant
    if tensor.dtype == "uint8":
        raise node.error(f"{tensor} is uint8: models of that older scheme are not supported, only int8")
    need(node, tensor.dtype == "int8", f"{tensor} is {tensor.dtype}, only int8 is supported")
    need(node, quant is not None, f"{tensor} has no scale and zero point")
    need(node, all(math.isfinite(scale) and scale > 0 for scale in quant.scales), f"{tensor} has a scale that is not positive")
    if channels is None:
        need(node, len(quant.scales) == 1, f"{tensor} has {len(quant.scales)} scales, not one")
        need(node, -128 <= quant.zero <= 127, f"{tensor} has zero point {quant.zero}, not one of int8")
    else:
        need(node, len(quant.scales) in (1, channels), f"{tensor} has {len(quant.scales)} scales for {channels} channels")
        need(node, not any(quant.zeros), f"{tensor} has a zero point other than 0")


def need_activation(node):
    need(node, node.attrs.get("activation", "NONE") in ACTIVATIONS, f"fused activation {node.attrs.get('activation')} is not supported")


def need_arity(node, least, most):
    need(node, least <= len(node.inputs) <= most, f"{len(node.inputs)} inputs")
    need(node, all(node.inputs[:least]), "an input is absent")
    need(node, len(node.outputs) == 1, f"{len(node.outputs)} outputs")


def need_variable(node, tensor):
    need(node, tensor.data is None, f"{tensor} is a constant")
    need_quant(node, tensor)


def need_shape(node, shape):
    need(node, node.output.shape == tuple(shape), f"{node.output} has shape {list(node.output.shape)}, computed is {list(shape)}")


def need_same_quant(node, tensor):
    ours, other = tensor.quant, node.output.quant
    need(node, ours.scale == other.scale and ours.zero == other.zero, f"{tensor} and {node.output} have different scale or zero point")


def constant(node, index, dtypes, what):
    """Integers of a constant input."""
    need(node, index < len(node.inputs) and node.inputs[index] is not None and node.inputs[index].data is not None, f"{what} is not a constant")
    tensor = node.inputs[index]
    need(node, tensor.dtype in dtypes, f"{what} is {tensor.dtype}")
    return tensor.data


def image(node, tensor):
    need(node, len(tensor.shape) == 4 and tensor.shape[0] == 1, f"{tensor} has shape {list(tensor.shape)}, not 1 x height x width x channels")
    return tensor.shape


def need_bias(node, weights, channels):
    """Third input: absent, or int32 in the scale of the accumulator."""
    bias = node.inputs[2] if len(node.inputs) > 2 else None
    if bias is None:
        return
    need(node, bias.dtype == "int32" and bias.data is not None, f"bias {bias} is not constant int32")
    need(node, bias.size == channels, f"bias {bias} has {bias.size} elements for {channels} channels")
    if bias.quant is None:
        return
    need(node, not any(bias.quant.zeros), f"bias {bias} has a zero point other than 0")
    need(node, len(bias.quant.scales) in (1, channels), f"bias {bias} has {len(bias.quant.scales)} scales for {channels} channels")
    for channel in range(channels):
        expected = node.inputs[0].quant.scale * weights.quant.scales[channel % len(weights.quant.scales)]
        found = bias.quant.scales[channel % len(bias.quant.scales)]
        need(node, abs(expected - found) <= 0.02 * node.output.quant.scale, f"bias {bias}: scale of channel {channel} is {found}, not {expected}")


def need_weights(node, rank, axis, channels):
    weights = node.inputs[1]
    need(node, len(weights.shape) == rank, f"{weights} has {len(weights.shape)} dimensions, not {rank}")
    need(node, weights.data is not None or weights.dtype != "int8", f"weights {weights} are not constant")
    need_quant(node, weights, channels)
    need(node, len(weights.quant.scales) == 1 or weights.quant.axis == axis,
         f"{weights} has its scales along dimension {weights.quant.axis}, not {axis}")
    return weights


def windows(node, shape, kernel):
    """Height and width that a sliding window gives."""
    sizes = [window_count(size, k, s, d, p) for size, k, s, d, p in
             zip(shape[1:3], kernel, node.attrs["stride"], node.attrs["dilation"], node.attrs["pad"])]
    need(node, min(sizes) > 0, f"its window {list(kernel)} is larger than its input")
    return sizes


def check_conv(node):
    need_arity(node, 2, 3)
    shape = image(node, node.inputs[0])
    weights = node.inputs[1]
    need(node, len(weights.shape) == 4, f"{weights} has not four dimensions")
    need(node, weights.shape[3] == shape[3],
         f"{weights} has {weights.shape[3]} input channels, {node.inputs[0]} has {shape[3]} (groups are not supported)")
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_weights(node, 4, 0, weights.shape[0])
    need_bias(node, weights, weights.shape[0])
    need_activation(node)
    need_shape(node, (1, *windows(node, shape, weights.shape[1:3]), weights.shape[0]))


def check_depthwise(node):
    need_arity(node, 2, 3)
    shape = image(node, node.inputs[0])
    weights = node.inputs[1]
    need(node, len(weights.shape) == 4 and weights.shape[0] == 1, f"{weights} has shape {list(weights.shape)}, not 1 x height x width x channels")
    need(node, weights.shape[3] % shape[3] == 0, f"{weights} has {weights.shape[3]} channels, no multiple of the input's {shape[3]}")
    node.attrs["depth_multiplier"] = weights.shape[3] // shape[3]
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_weights(node, 4, 3, weights.shape[3])
    need_bias(node, weights, weights.shape[3])
    need_activation(node)
    need_shape(node, (1, *windows(node, shape, weights.shape[1:3]), weights.shape[3]))


def check_fully_connected(node):
    need_arity(node, 2, 3)
    need(node, node.attrs.get("weights_format", 0) == 0, "shuffled weights are not supported")
    weights = node.inputs[1]
    need(node, len(weights.shape) == 2, f"{weights} has {len(weights.shape)} dimensions, not 2")
    units, depth = weights.shape
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_weights(node, 2, 0, units)
    need_bias(node, weights, units)
    need_activation(node)
    need(node, node.inputs[0].size % depth == 0, f"{node.inputs[0]} has {node.inputs[0].size} elements, no multiple of {depth}")
    need(node, node.output.depth == units and node.output.size == node.inputs[0].size // depth * units,
         f"{node.output} has shape {list(node.output.shape)}, not {node.inputs[0].size // depth} times {units} elements")


def check_pool(node):
    need_arity(node, 1, 1)
    shape = image(node, node.inputs[0])
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_same_quant(node, node.inputs[0])
    need_activation(node)
    pad = node.attrs["pad"]
    need(node, all(p < k for pair, k in zip(pad, node.attrs["kernel"]) for p in pair), f"padding {pad} is as large as the window")
    need_shape(node, (1, *windows(node, shape, node.attrs["kernel"]), shape[3]))


def check_binary(node):
    """ADD and MUL: two tensors of the output's shape, or the second one value per channel (or one for all), perhaps constant."""
    need_arity(node, 2, 2)
    if node.inputs[0].size < node.inputs[1].size or node.inputs[0].data is not None:
        node.inputs.reverse()           # both operators are symmetric
    first, second = node.inputs
    need_variable(node, first)
    need_quant(node, second)
    need_quant(node, node.output)
    need_activation(node)
    need_shape(node, first.shape)
    per_channel = second.size in (1, first.depth) and second.depth == second.size
    need(node, second.shape == first.shape or per_channel,
         f"shapes {list(first.shape)} and {list(second.shape)}: only equal ones, one value per channel, or a single value are supported")


def check_reshape(node):
    need_arity(node, 1, 2)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_same_quant(node, node.inputs[0])
    need(node, node.inputs[0].size == node.output.size, f"{node.inputs[0].size} elements become {node.output.size}")


def check_softmax(node):
    need_arity(node, 1, 1)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_shape(node, node.inputs[0].shape)
    beta = node.attrs["beta"]
    need(node, math.isfinite(beta) and beta > 0, f"beta {beta} is not positive")
    need(node, node.output.quant.scale == 1 / 256 and node.output.quant.zero == -128, f"{node.output} has not scale 1/256 and zero point -128")


def check_mean(node):
    need_arity(node, 2, 2)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    rank = len(node.inputs[0].shape)
    axes = {axis + rank if axis < 0 else axis for axis in constant(node, 1, ("int32",), "axis")}
    shape = image(node, node.inputs[0])
    need(node, axes == {1, 2}, f"axes {sorted(axes)[:8]}: only the mean over height and width is supported")
    need_shape(node, (1, 1, 1, shape[3]) if node.attrs["keep_dims"] else (1, shape[3]))


def check_concatenation(node):
    need_arity(node, 1, 64)
    need(node, node.attrs.get("activation", "NONE") == "NONE", "a fused activation is not supported")
    need(node, all(node.inputs), "an input is absent")
    need_quant(node, node.output)
    rank = len(node.output.shape)
    axis = node.attrs["axis"] + (rank if node.attrs["axis"] < 0 else 0)
    need(node, 0 <= axis < rank, f"axis {node.attrs['axis']} does not exist")
    node.attrs["axis"] = axis
    for tensor in node.inputs:
        need_variable(node, tensor)
        need_same_quant(node, tensor)
        need(node, len(tensor.shape) == rank and all(a == b for n, (a, b) in enumerate(zip(tensor.shape, node.output.shape)) if n != axis),
             f"{tensor} of shape {list(tensor.shape)} does not fit {list(node.output.shape)}")
    need(node, sum(tensor.shape[axis] for tensor in node.inputs) == node.output.shape[axis], "the inputs do not add up to the output")


def check_pad(node):
    need_arity(node, 2, 2)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_same_quant(node, node.inputs[0])
    pads = constant(node, 1, ("int32", "int64"), "padding")
    rank = len(node.inputs[0].shape)
    need(node, rank <= 4, f"{rank} dimensions are too many")
    need(node, len(pads) == 2 * rank and min(pads) >= 0, f"padding of {len(pads)} numbers, or negative, for {rank} dimensions")
    node.attrs["pads"] = [(pads[2 * n], pads[2 * n + 1]) for n in range(rank)]
    need_shape(node, [size + before + behind for size, (before, behind) in zip(node.inputs[0].shape, node.attrs["pads"])])


def check_strided_slice(node):
    need_arity(node, 4, 4)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_same_quant(node, node.inputs[0])
    need(node, not (node.attrs["ellipsis_mask"] or node.attrs["new_axis_mask"] or node.attrs["offset"]),
         "ellipsis, new axis or offset are not supported")
    shape = node.inputs[0].shape
    need(node, len(shape) <= 4, f"{len(shape)} dimensions are too many")
    begin, end, step = (constant(node, n, ("int32",), what) for n, what in ((1, "begin"), (2, "end"), (3, "strides")))
    need(node, len(begin) == len(end) == len(step) == len(shape), "begin, end and strides are not as many as dimensions")
    need(node, min(step) > 0, "strides that are not positive are not supported")
    node.attrs["ranges"] = [slice_range(node, n, shape[n], begin[n], end[n], step[n]) for n in range(len(shape))]
    kept = [len(part) for n, part in enumerate(node.attrs["ranges"]) if not node.attrs["shrink_axis_mask"] >> n & 1]
    need(node, all(len(part) for part in node.attrs["ranges"]), "the slice is empty")
    need_shape(node, kept)


def slice_range(node, axis, size, begin, end, step):
    """Indices that a strided slice takes along one axis."""
    first = 0 if node.attrs["begin_mask"] >> axis & 1 else min(max(begin + size if begin < 0 else begin, 0), size)
    if node.attrs["shrink_axis_mask"] >> axis & 1:
        need(node, -size <= begin < size, f"index {begin} of axis {axis} does not exist")
        return range(first, first + 1)
    last = size if node.attrs["end_mask"] >> axis & 1 else min(max(end + size if end < 0 else end, 0), size)
    return range(first, last, step)


def check_quantize(node):
    """Between int8 and int8, or the uint8 that the ends of a model may have."""
    need_arity(node, 1, 1)
    for tensor in (node.inputs[0], node.output):
        if tensor.dtype != "uint8":
            need_quant(node, tensor)
            continue
        need(node, tensor.quant is not None and len(tensor.quant.scales) == 1, f"{tensor} has not one scale and zero point")
        need(node, math.isfinite(tensor.quant.scale) and tensor.quant.scale > 0, f"{tensor} has a scale that is not positive")
        need(node, 0 <= tensor.quant.zero <= 255, f"{tensor} has zero point {tensor.quant.zero}, not one of uint8")
    need(node, node.inputs[0].data is None, f"{node.inputs[0]} is a constant")
    need_shape(node, node.inputs[0].shape)


def check_unary(node):
    need_arity(node, 1, 1)
    need_variable(node, node.inputs[0])
    need_quant(node, node.output)
    need_shape(node, node.inputs[0].shape)


CHECKS = {
    "CONV_2D": check_conv, "DEPTHWISE_CONV_2D": check_depthwise, "FULLY_CONNECTED": check_fully_connected, "AVERAGE_POOL_2D": check_pool,
    "ADD": check_binary, "RESHAPE": check_reshape, "SOFTMAX": check_softmax,
    "MAX_POOL_2D": check_pool, "PAD": check_pad, "MEAN": check_mean, "CONCATENATION": check_concatenation, "MUL": check_binary,
    "QUANTIZE": check_quantize, "RELU": check_unary, "RELU6": check_unary, "RELU_N1_TO_1": check_unary, "LOGISTIC": check_unary, "TANH": check_unary,
    "HARD_SWISH": check_unary, "SQUEEZE": check_reshape, "STRIDED_SLICE": check_strided_slice,
}


def check(graph):
    """Every operator is known and fits its tensors; every tensor is made once, before it is used."""
    if not graph.inputs or not graph.outputs or not graph.nodes:
        raise ModelError("the model has no inputs, no outputs or no operators")
    if len(set(graph.inputs)) != len(graph.inputs) or len(set(graph.outputs)) != len(graph.outputs):
        raise ModelError("the model has an input or output twice")
    made, weights = set(graph.inputs), 0
    for tensor in graph.inputs:
        if tensor.data is not None:
            raise ModelError(f"input {tensor} is a constant")
    for node in graph.nodes:
        if node.op not in CHECKS:
            raise node.error("this operator is not supported")
        for tensor in filter(None, node.inputs):
            need(node, tensor.data is not None or tensor in made or tensor.dtype == "float32", f"{tensor} is used before it is made")
        CHECKS[node.op](node)
        for tensor in filter(None, node.inputs):
            need(node, tensor.data is not None or tensor in made, f"{tensor} is used before it is made")
        weights += sum(tensor.size for tensor in filter(None, node.inputs) if tensor.data is not None)
        need(node, weights <= MAX_WEIGHTS, f"more than {MAX_WEIGHTS} numbers in the constants of all operators")
        need(node, node.output not in made and node.output.data is None, f"{node.output} is made twice, or is a constant")
        made.add(node.output)
    for tensor in graph.outputs:
        if tensor not in made or tensor in graph.inputs:
            raise ModelError(f"output {tensor} is not made by any operator")
    return graph
