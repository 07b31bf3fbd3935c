# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""ONNX's operators, QuantizeLinear and DequantizeLinear included: each becomes a node of ours, or a value."""
import math
from math import prod

from ir import MAX_RANK, Node, Quant, printable
from onnx_values import Constant, Pending, Real, Scaled, check_dims, read_tensor
from ops import same_padding, window_count


def nhwc(shape):
    return (shape[0], *shape[2:], shape[1]) if len(shape) == 4 else tuple(shape)


def int8s(numbers):
    """Numbers as compactly as those of a .tflite file."""
    return memoryview(bytes(number & 255 for number in numbers)).cast("b")


def element(value, kind):
    """Bytes of an int8 or uint8 tensor as int8; zero points move with them."""
    return value - 128 if kind == "uint8" else value


# --- QuantizeLinear and DequantizeLinear

def scale_and_zero(reader, step):
    """Scales, zero points and the type of the integers."""
    scales = reader.plain(step, 1, "scale")
    step.need(scales.dtype == "float32", "its scale is not float32")
    step.need(all(math.isfinite(scale) and scale > 0 for scale in scales.data) and len(scales.data), "a scale is not positive")
    if not reader.optional(step, 2):
        return tuple(scales.data), (0,) * len(scales.data), "uint8"
    zeros = reader.plain(step, 2, "zero point")
    step.need(zeros.dtype in ("int8", "uint8", "int32"), f"zero point of type {zeros.dtype}")
    step.need(len(zeros.data) == len(scales.data), "not as many zero points as scales")
    return tuple(scales.data), tuple(zeros.data), zeros.dtype


def per_tensor(step, scales, zeros, dtype):
    step.need(len(scales) == 1, "one scale per channel is possible for weights only")
    step.need(dtype in ("int8", "uint8"), f"type {dtype} is not supported for activations")
    return Quant(scales, (element(zeros[0], dtype),))


def quantize(reader, step):
    value = reader.value(step, 0)
    scales, zeros, dtype = scale_and_zero(reader, step)
    if isinstance(value, Constant) and value.data is not None:
        reader.take(step, value.data)
        return quantised_constant(step, value, scales, zeros, dtype)
    quant = per_tensor(step, scales, zeros, dtype)
    if isinstance(value, Constant):                         # an input of the model
        step.need(value.dtype == "float32", f"input of type {value.dtype}")
        step.need(reader.inputs[value.name] is None or reader.inputs[value.name].quant == quant, "the input is quantised in two ways")
        reader.inputs[value.name] = reader.inputs[value.name] or reader.tensor(value.name, value.shape, quant)
        return Real(reader.inputs[value.name], value.shape)
    if isinstance(value, Pending):
        step.need(value.done is None or value.done.quant == quant, "its input is quantised in two ways")
        return Real(value.done or reader.finish(value, quant, step.outputs[0]), value.shape, value.order)
    step.need(isinstance(value, Real), "its input cannot be quantised")
    if value.tensor.quant == quant:
        return value
    made = reader.tensor(step.outputs[0], value.shape, quant)
    reader.nodes.append(Node("QUANTIZE", step.number, [value.tensor], [made], {}))
    return Real(made, value.shape, value.order)


def quantised_constant(step, value, scales, zeros, dtype):
    """Weights that are real numbers in the file."""
    axis, low = step.integer("axis", 1), 0 if dtype == "uint8" else -128
    step.need(dtype != "int32" and value.dtype == "float32", f"{value.dtype} cannot be quantised to {dtype}")
    data = []
    for number, real in enumerate(value.data):
        channel = channel_of(step, value.shape, axis, number, len(scales))
        step.need(math.isfinite(real), "a weight is not finite")
        data.append(min(max(round(real / scales[channel]) + zeros[channel], low), low + 255))
    return Constant(value.name, value.shape, dtype, data)


def channel_of(step, shape, axis, number, count):
    if count == 1:
        return 0
    axis += len(shape) if axis < 0 else 0
    step.need(0 <= axis < len(shape) and shape[axis] == count, f"{count} scales along axis {axis} of shape {list(shape)}")
    return number // prod(shape[axis + 1:]) % count


def dequantize(reader, step):
    value = reader.value(step, 0)
    scales, zeros, dtype = scale_and_zero(reader, step)
    if isinstance(value, Constant) and value.data is not None:
        if not reader.optional(step, 2):
            dtype = value.dtype
        step.need(value.dtype == dtype and dtype != "float32", f"zero point is {dtype}, the constant {value.dtype}")
        step.need(all(element(zero, dtype) == 0 for zero in zeros), "a zero point other than 0 of weights is not supported")
        channel_of(step, value.shape, step.integer("axis", 1), 0, len(scales))
        reader.take(step, value.data if dtype == "uint8" else ())
        data = [element(number, dtype) for number in value.data] if dtype == "uint8" else value.data
        axis = step.integer("axis", 1) % max(len(value.shape), 1)
        return Scaled(value.name, value.shape, "int32" if dtype == "int32" else "int8", data, scales, axis)
    quant = per_tensor(step, scales, zeros, dtype)
    if isinstance(value, Constant):                         # an input of the model that is int8 already
        step.need(value.dtype == dtype == "int8", f"input of type {value.dtype}")
        reader.inputs[value.name] = reader.inputs[value.name] or reader.tensor(value.name, value.shape, quant)
        value = Real(reader.inputs[value.name], value.shape)
    step.need(isinstance(value, Real), "its input is not quantised")
    step.need(value.tensor.quant == quant, "its scale or zero point is not that of its QuantizeLinear")
    return value


# --- operators

def weights_of(reader, step, index):
    value = reader.value(step, index)
    step.need(isinstance(value, Scaled) and value.dtype == "int8", f"input {index} are no int8 weights behind DequantizeLinear")
    reader.take(step, value.data)
    return value


def bias_of(reader, step, index, x, scales, channels):
    """Third input as int32: given so, or as real numbers."""
    if not reader.optional(step, index):
        return []
    value = reader.value(step, index)
    step.need(isinstance(value, (Scaled, Constant)) and value.data is not None, "its bias is not constant")
    step.need(len(value.data) == channels, f"its bias has {len(value.data)} elements for {channels} channels")
    full = [x.tensor.quant.scale * scale for scale in (scales if len(scales) > 1 else scales * channels)]
    if isinstance(value, Scaled) and value.dtype == "int32":
        return [reader.constant(value.name, (channels,), "int32", value.data, Quant(value.scales, (0,) * len(value.scales)))]
    step.need(value.dtype == "float32" and isinstance(value, Constant), f"its bias is {value.dtype}")
    data = []
    for real, scale in zip(value.data, full):
        step.need(math.isfinite(real) and scale > 0 and abs(real / scale) < 1 << 31, "its bias does not fit into 32 bits")
        data.append(min(max(round(real / scale), -1 << 31), (1 << 31) - 1))
    return [reader.constant(value.name, (channels,), "int32", data)]


def window_attributes(step, x, kernel):
    """Strides, dilations and padding, and the size of what the window gives."""
    strides, dilations = step.integers("strides", [1, 1]), step.integers("dilations", [1, 1])
    pads, auto = step.integers("pads", [0, 0, 0, 0]), step.text("auto_pad", "NOTSET")
    step.need(len(strides) == len(dilations) == len(kernel) == 2 and len(pads) == 4, "only windows of two dimensions are supported")
    step.need(min(*strides, *dilations, *kernel) > 0 and min(pads) >= 0, "a stride, dilation, window or padding is out of range")
    step.need(max(*strides, *dilations, *kernel, *pads) < 1 << 16, "a stride, dilation, window or padding is out of range")
    step.need(auto in ("NOTSET", "VALID", "SAME_UPPER", ""), f"auto_pad {auto} is not supported")
    step.need(not step.integer("ceil_mode", 0), "ceil_mode is not supported")
    pairs = ((pads[0], pads[2]), (pads[1], pads[3]))
    if auto == "SAME_UPPER":
        pairs = tuple(same_padding(*numbers) for numbers in zip(x.shape[2:], kernel, strides, dilations))
    sizes = [window_count(*numbers) for numbers in zip(x.shape[2:], kernel, strides, dilations, pairs)]
    step.need(min(sizes) > 0, "its window is larger than its input")
    return sizes, {"stride": tuple(strides), "dilation": tuple(dilations), "pad": pairs}


def image_of(reader, step):
    x = reader.real(step, 0)
    step.need(len(x.shape) == 4 and x.order is None, f"its input has shape {list(x.shape)}, not 1 x channels x height x width")
    return x


def conv(reader, step):
    x, w = image_of(reader, step), weights_of(reader, step, 1)
    step.need(len(w.shape) == 4, f"weights of shape {list(w.shape)}")
    step.need(len(w.scales) == 1 or w.axis == 0, f"scales of the weights along axis {w.axis}")
    channels, depth, *kernel = w.shape
    sizes, attrs = window_attributes(step, x, kernel)
    groups, taps = step.integer("group", 1), kernel[0] * kernel[1]
    depthwise = groups == x.shape[1] and depth == 1 and groups > 1
    step.need(depthwise or (groups == 1 and depth == x.shape[1]), f"{groups} groups of {depth} channels for {x.shape[1]} are not supported")
    step.need(not depthwise or channels % groups == 0, f"{channels} channels for {groups} groups")
    if depthwise:
        data, shape, axis = [w.data[c * taps + t] for t in range(taps) for c in range(channels)], (1, *kernel, channels), 3
    else:
        data = [w.data[(o * depth + i) * taps + t] for o in range(channels) for t in range(taps) for i in range(depth)]
        shape, axis = (channels, *kernel, depth), 0
    weights = reader.constant(w.name, shape, "int8", int8s(data), Quant(w.scales, (0,) * len(w.scales), axis))
    return reader.pending(step, "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
                          [x.tensor, weights, *bias_of(reader, step, 2, x, w.scales, channels)], (x.shape[0], channels, *sizes), **attrs)


def gemm(reader, step):
    plain = step.real("alpha", 1.0) == 1 and step.real("beta", 1.0) == 1 and not step.integer("transA", 0)
    step.need(plain, "alpha, beta or transA are not supported")
    return dense(reader, step, step.integer("transB", 0))


def matmul(reader, step):
    return dense(reader, step, 0)


def dense(reader, step, transposed):
    x, w = reader.real(step, 0), weights_of(reader, step, 1)
    step.need(len(x.shape) == 2 and len(w.shape) == 2, f"shapes {list(x.shape)} and {list(w.shape)}: only matrices are supported")
    units, depth = w.shape if transposed else w.shape[::-1]
    step.need(depth == x.shape[1], f"{x.shape[1]} inputs for {depth} weights")
    step.need(len(w.scales) == 1 or w.axis == (0 if transposed else 1), f"scales of the weights along axis {w.axis}")
    step.need(x.order is None or prod(x.order) == depth, f"an image of shape {list(x.order or ())} is not flattened to one row")
    order = channels_last(x.order) if x.order else range(depth)
    data = [w.data[unit * depth + n if transposed else n * units + unit] for unit in range(units) for n in order]
    weights = reader.constant(w.name, (units, depth), "int8", int8s(data), Quant(w.scales, (0,) * len(w.scales), 0))
    return reader.pending(step, "FULLY_CONNECTED", [x.tensor, weights, *bias_of(reader, step, 2, x, w.scales, units)], (x.shape[0], units))


def channels_last(order):
    """Where, in a flattened channels x height x width, the elements of height x width x channels are."""
    channels, height, width = order
    return [(c * height + y) * width + x for y in range(height) for x in range(width) for c in range(channels)]


def clamp(name):
    def handler(reader, step):
        """After an operator that is not quantised yet: its activation; otherwise an operator of its own."""
        op = name or clip_name(reader, step)
        value = reader.value(step, 0)
        if isinstance(value, Pending):
            step.need(value.done is None and value.node.attrs["activation"] == "NONE" and value.node.op not in ("SOFTMAX", "LOGISTIC", "TANH"),
                      "its input is not quantised before it is used")
            value.node.attrs["activation"] = op
            if value.node.op in ("CONCATENATION", "PAD", "RESHAPE", "MEAN", "HARD_SWISH"):
                raise step.error(f"directly behind {value.node.op} it is not supported")
            return value
        x = reader.real(step, 0)
        return reader.pending(step, op, [x.tensor], x.shape, x.order)
    return handler


def clip_name(reader, step):
    """Clip with the limits of one of TFLite's activations, as attributes or as inputs."""
    limits = []
    for index, (name, default) in enumerate((("min", -math.inf), ("max", math.inf)), 1):
        limit = step.real(name, default)
        if reader.optional(step, index):
            value = reader.value(step, index)
            data = getattr(value, "data", None)
            step.need(data is not None and len(data) == 1, f"its {name} is not a constant number")
            limit = data[0] * (value.scales[0] if isinstance(value, Scaled) else 1)
        limits.append(limit)
    names = {(0.0, 6.0): "RELU6", (0.0, math.inf): "RELU", (-1.0, 1.0): "RELU_N1_TO_1"}
    step.need(tuple(limits) in names, f"limits {limits} are not supported")
    return names[tuple(limits)]


def unary(op):
    def handler(reader, step):
        x = reader.real(step, 0)
        return reader.pending(step, op, [x.tensor], x.shape, x.order)
    return handler


def binary(op):
    def handler(reader, step):
        a, b = (operand(reader, step, index) for index in (0, 1))
        first = a if isinstance(a, Real) else b
        step.need(isinstance(first, Real), "both inputs are constant")
        tensors, shape = [], first.shape
        for value in (a, b):
            step.need(len(value.shape) <= len(shape) or isinstance(value, Real), f"shapes {list(a.shape)} and {list(b.shape)} do not fit")
            tensors.append(value.tensor if isinstance(value, Real) else scaled_operand(reader, step, value, shape))
            shape = value.shape if isinstance(value, Real) and prod(value.shape) > prod(shape) else shape
        orders = {value.order for value in (a, b) if isinstance(value, Real)}
        step.need(len(orders) == 1 and (orders == {None} or all(isinstance(v, Real) for v in (a, b))), "flattened images cannot be combined so")
        return reader.pending(step, op, tensors, shape, first.order)
    return handler


def operand(reader, step, index):
    value = reader.value(step, index)
    if isinstance(value, Scaled):
        step.need(value.dtype == "int8" and len(value.scales) == 1, f"input {index} is no int8 constant with one scale")
        return value
    return reader.real(step, index)


def scaled_operand(reader, step, value, shape):
    """A constant, one number per channel or a single one, in our order of dimensions."""
    reader.take(step, value.data)
    dims = (1,) * (len(shape) - len(value.shape)) + tuple(value.shape)
    step.need(len(dims) != 4 or prod(dims) == dims[1], f"a constant of shape {list(value.shape)} is not supported")
    return reader.constant(value.name, nhwc(dims), "int8", int8s(value.data), Quant(value.scales, (0,)))


def pool(op):
    def handler(reader, step):
        x = image_of(reader, step)
        kernel = step.integers("kernel_shape", [])
        sizes, attrs = window_attributes(step, x, kernel)
        padded = any(p for pair in attrs["pad"] for p in pair)
        step.need(op != "AVERAGE_POOL_2D" or not padded or not step.integer("count_include_pad", 0), "count_include_pad is not supported")
        step.need(attrs["dilation"] == (1, 1), "dilations are not supported")
        return reader.pending(step, op, [x.tensor], (*x.shape[:2], *sizes), kernel=tuple(kernel), **attrs)
    return handler


def global_average(reader, step):
    x = image_of(reader, step)
    return reader.pending(step, "MEAN", [x.tensor, reader.constant("axes", (2,), "int32", [1, 2])], (*x.shape[:2], 1, 1), keep_dims=1)


def reduce_mean(reader, step):
    x = image_of(reader, step)
    axes = step.integers("axes", None) or (reader.integers(step, 1, "axes") if reader.optional(step, 1) else [])
    step.need({axis % 4 for axis in axes} == {2, 3}, f"axes {axes[:8]}: only the mean over height and width is supported")
    keep = step.integer("keepdims", 1)
    return reader.pending(step, "MEAN", [x.tensor, reader.constant("axes", (2,), "int32", [1, 2])],
                          (*x.shape[:2], 1, 1) if keep else x.shape[:2], keep_dims=keep)


def concat(reader, step):
    parts = [reader.real(step, index) for index in range(len(step.inputs))]
    step.need(parts and all(len(part.shape) == len(parts[0].shape) and part.order is None for part in parts), "its inputs do not fit together")
    rank, axis = len(parts[0].shape), step.integer("axis", 0)
    step.need(-rank <= axis < rank, f"axis {axis} does not exist")
    axis %= rank
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    return reader.pending(step, "CONCATENATION", [part.tensor for part in parts], shape, axis=(0, 3, 1, 2)[axis] if rank == 4 else axis)


def softmax(reader, step):
    x = reader.real(step, 0)
    step.need(len(x.shape) == 2 and x.order is None and step.integer("axis", 1) in (1, -1),
              "only the softmax over the last of two dimensions is supported")
    return reader.pending(step, "SOFTMAX", [x.tensor], x.shape, beta=1.0)


def flatten(reader, step):
    x = passed(reader, step)
    axis = step.integer("axis", 1)
    step.need(0 <= axis <= len(x.shape), f"axis {axis} does not exist")
    return reshaped(reader, step, x, (prod(x.shape[:axis]), prod(x.shape[axis:])))


def reshape(reader, step):
    x = passed(reader, step)
    target = reader.integers(step, 1, "shape")
    step.need(len(target) <= MAX_RANK, f"shape of {len(target)} dimensions")
    target = [x.shape[n] if dim == 0 and n < len(x.shape) else dim for n, dim in enumerate(target)]
    if target.count(-1) == 1:
        known = prod(dim for dim in target if dim != -1)
        step.need(known > 0 and prod(x.shape) % known == 0, f"shape {target} does not fit {list(x.shape)}")
        target[target.index(-1)] = prod(x.shape) // known
    return reshaped(reader, step, x, tuple(target))


def squeeze(reader, step):
    x = passed(reader, step)
    axes = step.integers("axes", None)
    if axes is None:
        axes = reader.integers(step, 1, "axes") if reader.optional(step, 1) else [n for n, dim in enumerate(x.shape) if dim == 1]
    step.need(all(-len(x.shape) <= axis < len(x.shape) and x.shape[axis] == 1 for axis in axes), f"axes {axes[:8]} cannot be dropped")
    dropped = {axis % len(x.shape) for axis in axes}
    return reshaped(reader, step, x, tuple(dim for n, dim in enumerate(x.shape) if n not in dropped))


def passed(reader, step):
    """Input of what only renames bytes: it may stand before or behind the quantisation."""
    value = reader.value(step, 0)
    step.need(isinstance(value, Real), f"'{printable(step.inputs[0])}' is not quantised before it is used")
    return value


def reshaped(reader, step, x, shape):
    check_dims(step, shape)
    step.need(prod(shape) == prod(x.shape), f"{list(x.shape)} cannot become {list(shape)}")
    if tuple(shape) == tuple(x.shape):
        return x
    order = x.order
    if len(x.shape) == 4:
        step.need(len(shape) <= 2, f"an image of shape {list(x.shape)} can only be flattened")
        moved = x.shape[1] > 1 and x.shape[2] * x.shape[3] > 1
        step.need(not moved or x.shape[0] == 1, "a batch of images cannot be flattened")
        order = tuple(x.shape[1:]) if moved else None
    step.need(order is None or len(shape) <= 2, "a flattened image cannot become an image again")
    step.need(len(shape) != 4 or shape[1] == 1 or shape[2] * shape[3] == 1, f"a shape {list(shape)} is not supported behind {list(x.shape)}")
    made = reader.tensor(step.outputs[0], shape, x.tensor.quant)
    reader.nodes.append(Node("RESHAPE", step.number, [x.tensor], [made], {}))
    return Real(made, tuple(shape), order)


def pad(reader, step):
    x = image_of(reader, step)
    pads = step.integers("pads", None) or reader.integers(step, 1, "padding")
    step.need(len(pads) == 8 and min(pads) >= 0 and step.text("mode", "constant") == "constant", f"padding {list(pads)[:8]} is not supported")
    if reader.optional(step, 2):
        value = reader.value(step, 2)
        step.need(isinstance(value, (Constant, Scaled)) and value.data is not None and not any(value.data), "only padding with 0 is supported")
    pairs = [(pads[n], pads[n + 4]) for n in (0, 2, 3, 1)]
    shape = [size + pads[n] + pads[n + 4] for n, size in enumerate(x.shape)]
    numbers = reader.constant("padding", (4, 2), "int32", [n for pair in pairs for n in pair])
    return reader.pending(step, "PAD", [x.tensor, numbers], shape)


def identity(reader, step):
    return reader.value(step, 0)


def constant(_reader, step):
    step.need("value" in step.attributes, "only constants that are tensors are supported")
    message = step.attributes["value"].message(5, f"tensor of {step}")
    step.need(message is not None, "it has no tensor")
    made = read_tensor(message)
    made.name = step.outputs[0]
    return made


HANDLERS = {
    "QuantizeLinear": quantize, "DequantizeLinear": dequantize, "Conv": conv, "Gemm": gemm, "MatMul": matmul, "Relu": clamp("RELU"),
    "Clip": clamp(None),
    "Add": binary("ADD"), "Mul": binary("MUL"), "AveragePool": pool("AVERAGE_POOL_2D"), "MaxPool": pool("MAX_POOL_2D"),
    "GlobalAveragePool": global_average, "ReduceMean": reduce_mean, "Concat": concat, "Softmax": softmax, "Flatten": flatten, "Reshape": reshape,
    "Squeeze": squeeze, "Pad": pad, "Sigmoid": unary("LOGISTIC"), "Tanh": unary("TANH"), "HardSwish": unary("HARD_SWISH"), "Identity": identity,
    "Dropout": identity, "Constant": constant,
}
