# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Front end: a .tflite file becomes a Graph. What it cannot be is said with offset, tensor or operator."""
import schema
from errors import ModelError
from flatbuffer import Flatbuffer
from ir import MAX_ELEMENTS, MAX_FILE, MAX_NODES, MAX_RANK, MAX_TENSORS, Graph, Node, Quant, Tensor, printable
from ops import same_padding

# Constants of these types are read; one of another type is an error only where an operator uses it.
CONSTANTS = {"int8": ("b", 1), "int32": ("i", 4), "int64": ("q", 8)}


def read(data, name="model"):
    if len(data) > MAX_FILE:
        raise ModelError(f"file of {len(data)} bytes is too large")
    if len(data) < 8 or bytes(data[4:8]) != schema.IDENTIFIER:
        raise ModelError("offset 0x4: not a .tflite file (no TFL3 there)")
    model = Flatbuffer(data).root()
    version = model.number(schema.MODEL["version"], "I")
    if version != schema.VERSION:
        raise ModelError(f"schema version {version} is not known")
    subgraphs = model.tables(schema.MODEL["subgraphs"], "subgraph")
    if len(subgraphs) != 1:
        raise ModelError(f"{len(subgraphs)} subgraphs, where one is understood")
    return Reader(model, subgraphs[0]).graph(name)


class Reader:
    def __init__(self, model, subgraph):
        self.subgraph = subgraph
        self.buffers = model.tables(schema.MODEL["buffers"], "buffer")
        self.codes = [operator_name(code) for code in model.tables(schema.MODEL["operator_codes"], "operator code")]
        tables = subgraph.tables(schema.SUBGRAPH["tensors"], "tensor")
        if len(tables) > MAX_TENSORS:
            raise ModelError(f"{len(tables)} tensors are more than {MAX_TENSORS}")
        self.tensors = [self.tensor(number, table) for number, table in enumerate(tables)]

    def graph(self, name):
        operators = self.subgraph.tables(schema.SUBGRAPH["operators"], "operator")
        if len(operators) > MAX_NODES:
            raise ModelError(f"{len(operators)} operators are more than {MAX_NODES}")
        nodes = [self.node(number, table) for number, table in enumerate(operators)]
        ends = [[self.find(index, f"{field} of the model") for index in self.subgraph.numbers(schema.SUBGRAPH[field], "i", field)]
                for field in ("inputs", "outputs")]
        return Graph(name, nodes, *ends)

    def find(self, index, what):
        if not 0 <= index < len(self.tensors):
            raise ModelError(f"{what}: there is no tensor {index}")
        return self.tensors[index]

    def tensor(self, number, table):
        made = Tensor(printable(table.text(schema.TENSOR["name"], "name")), shape(number, table), dtype(number, table), number=number)
        made.quant = quantisation(made, table)
        if table.number(schema.TENSOR["is_variable"], "B"):
            raise ModelError(f"{made}: variables are not supported")
        if table.has(schema.TENSOR["sparsity"]):
            raise ModelError(f"{made}: sparse tensors are not supported")
        self.constant(made, table.number(schema.TENSOR["buffer"], "I"))
        return made

    def constant(self, tensor, index):
        if index >= len(self.buffers):
            raise ModelError(f"{tensor}: there is no buffer {index}")
        buffer = self.buffers[index]
        if buffer.number(schema.BUFFER["offset"], "Q") > 1:
            raise ModelError(f"{tensor}: buffer {index} outside of the flatbuffer is not supported")
        data = buffer.bytes(schema.BUFFER["data"], "data")
        if not data or tensor.dtype not in CONSTANTS:
            return
        code, size = CONSTANTS[tensor.dtype]
        if len(data) != tensor.size * size:
            raise ModelError(f"{tensor}: buffer {index} has {len(data)} bytes, shape {list(tensor.shape)} needs {tensor.size * size}")
        tensor.data = data.cast(code)

    def node(self, number, table):
        code = table.number(schema.OPERATOR["opcode_index"], "I")
        if code >= len(self.codes):
            raise ModelError(f"operator {number}: there is no operator code {code}")
        node = Node(self.codes[code], number, [], [])
        inputs = table.numbers(schema.OPERATOR["inputs"], "i", f"inputs of {node}")
        node.outputs = [self.find(index, f"output of {node}") for index in table.numbers(schema.OPERATOR["outputs"], "i", f"outputs of {node}")]
        node.inputs = [None if index == -1 else self.find(index, f"input of {node}") for index in inputs]
        if not node.outputs or not node.inputs:
            raise node.error("no inputs or no outputs")
        node.attrs = attributes(node, table)
        return node


def operator_name(code):
    number = max(code.number(schema.OPERATOR_CODE["deprecated_builtin_code"], "b"), code.number(schema.OPERATOR_CODE["builtin_code"], "i"))
    name = schema.OPERATORS.get(number, f"number {number}")
    return f"CUSTOM '{printable(code.text(schema.OPERATOR_CODE['custom_code'], 'custom code'))}'" if name == "CUSTOM" else name


def dtype(number, table):
    found = table.number(schema.TENSOR["type"], "b")
    if found not in schema.TYPES:
        raise ModelError(f"tensor {number}: type {found} is not known")
    return schema.TYPES[found]


def shape(number, table):
    dims = table.numbers(schema.TENSOR["shape"], "i", f"shape of tensor {number}")
    signature = table.numbers(schema.TENSOR["shape_signature"], "i", f"shape signature of tensor {number}")
    if any(d < 0 for d in signature[1:]) or any(d < 1 for d in dims):
        raise ModelError(f"tensor {number}: dynamic or empty shape {list(signature or dims)[:8]}")
    if len(dims) > MAX_RANK:
        raise ModelError(f"tensor {number}: {len(dims)} dimensions are too many")
    size = 1
    for dim in dims:
        size *= dim
    if size > MAX_ELEMENTS:
        raise ModelError(f"tensor {number}: shape {list(dims)} is too large")
    return dims


def quantisation(tensor, table):
    found = table.table(schema.TENSOR["quantization"], f"quantisation of {tensor}")
    if found is None:
        return None
    scales = found.numbers(schema.QUANTIZATION["scale"], "f", f"scales of {tensor}")
    zeros = found.numbers(schema.QUANTIZATION["zero_point"], "q", f"zero points of {tensor}")
    if not scales:
        return None
    if len(zeros) == 0:
        zeros = (0,) * len(scales)
    if len(zeros) != len(scales):
        raise ModelError(f"{tensor}: {len(scales)} scales, but {len(zeros)} zero points")
    if found.number(schema.QUANTIZATION["details_type"], "B"):
        raise ModelError(f"{tensor}: custom quantisation is not supported")
    return Quant(scales, zeros, found.number(schema.QUANTIZATION["quantized_dimension"], "i"))


def attributes(node, table):
    """Options of an operator, in our words."""
    if node.op not in schema.OPTIONS:
        return {}
    union, fields = schema.OPTIONS[node.op]
    kind = table.number(schema.OPERATOR["options_type"], "B")
    options = table.table(schema.OPERATOR["options"], f"options of {node}") if kind else None
    if kind not in (0, union):
        raise node.error(f"its options are of type {kind}, not {union}")
    found = {name: options.number(field, code, default) if options else default for name, (field, code, default) in fields.items()}
    if "activation" in found:
        found["activation"] = named(node, schema.ACTIVATIONS, found["activation"], "activation")
    if "stride_h" in found:
        return spatial(node, found)
    return found


def named(node, names, number, what):
    if number not in names:
        raise node.error(f"{what} {number} is not known")
    return names[number]


def spatial(node, found):
    """Strides, dilations and explicit padding of what slides a window."""
    padding = named(node, schema.PADDINGS, found["padding"], "padding")
    attrs = {"activation": found["activation"], "stride": (found["stride_h"], found["stride_w"]),
             "dilation": (found.get("dilation_h", 1), found.get("dilation_w", 1))}
    if min(attrs["stride"] + attrs["dilation"]) < 1:
        raise node.error(f"strides {attrs['stride']} or dilations {attrs['dilation']} are not positive")
    if "filter_height" in found:
        attrs["kernel"] = kernel = (found["filter_height"], found["filter_width"])
    else:
        if len(node.inputs) < 2 or node.inputs[1] is None or len(node.inputs[1].shape) != 4:
            raise node.error("it has no weights of four dimensions")
        kernel = node.inputs[1].shape[1:3]
    if min(kernel) < 1:
        raise node.error(f"window {kernel} is empty")
    if node.inputs[0] is None or len(node.inputs[0].shape) != 4:
        raise node.error("its input has not four dimensions")
    attrs["pad"] = tuple(same_padding(size, k, s, d) if padding == "SAME" else (0, 0)
                         for size, k, s, d in zip(node.inputs[0].shape[1:3], kernel, attrs["stride"], attrs["dilation"]))
    if "depth_multiplier" in found:
        attrs["depth_multiplier"] = found["depth_multiplier"]
    return attrs
