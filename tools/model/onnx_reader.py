# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Front end: an ONNX file in QDQ form (every tensor between operators goes through QuantizeLinear and DequantizeLinear) becomes a Graph.

ONNX computes with real numbers between the two; what becomes of it here is the integer operator that is nearest, so results may differ by
one from those of an ONNX runtime. Images are NCHW there and NHWC here, inputs and outputs of the model included. The inputs and outputs
of the model are the integers beside its first QuantizeLinear and last DequantizeLinear."""
from errors import ModelError
from ir import MAX_FILE, MAX_NODES, MAX_TENSORS, MAX_WEIGHTS, Graph, Node, Quant, Tensor, printable
from onnx_ops import HANDLERS, nhwc
from onnx_values import TYPES, Constant, Pending, Real, Step, check_dims, read_tensor
from protobuf import Message

# Numbers that are taken apart: twice for weights, which are quantised and then packed.
MAX_NUMBERS = 2 * MAX_WEIGHTS
SOFTMAX_QUANT = Quant((1 / 256,), (-128,))


def read(data, name="model"):
    if len(data) > MAX_FILE:
        raise ModelError(f"file of {len(data)} bytes is too large")
    data = bytes(data)
    graph = Message(data).message(7, "the graph")
    if graph is None or not graph.has(1):
        raise ModelError("neither a .tflite file nor an ONNX model with a graph")
    return Reader(graph).graph(name)


class Reader:
    def __init__(self, graph):
        self.message, self.nodes, self.values, self.inputs, self.count, self.numbers = graph, [], {}, {}, 0, 0
        for message in graph.messages(5, "initializer"):
            constant = read_tensor(message)
            self.values[constant.name] = constant
        for message in graph.messages(11, "input"):
            self.declare(message)

    def declare(self, message):
        """An input of the model, in ONNX's type and shape, until QuantizeLinear makes it a tensor of ours."""
        name = message.text(1)
        if name in self.values:
            return                                          # an initializer with a default
        tensor = (message.message(2, "its type") or message).message(1, "its tensor type")
        shape = tensor.message(2, "its shape") if tensor is not None else None
        if shape is None:
            raise ModelError(f"input '{printable(name)}' has no shape")
        dims = [dim.integer(1, 1 if number == 0 else 0) for number, dim in enumerate(shape.messages(1, "dimension"))]
        check_dims(f"input '{printable(name)}'", dims)
        kind = TYPES.get(tensor.integer(1), ("other",))[0]
        self.inputs[name] = None
        self.values[name] = Constant(name, tuple(dims), kind, None)

    def graph(self, name):
        messages = self.message.messages(1, "node")
        if len(messages) > MAX_NODES:
            raise ModelError(f"{len(messages)} nodes are more than {MAX_NODES}")
        for number, message in enumerate(messages):
            step = Step(number, message)
            step.need(step.op in HANDLERS and step.domain in ("", "ai.onnx"), "this operator is not supported")
            step.need(step.outputs and step.outputs[0], "it has no output")
            self.values[step.outputs[0]] = HANDLERS[step.op](self, step)
        outputs = [self.output(message.text(1)) for message in self.message.messages(12, "output")]
        unused = [printable(name) for name, tensor in self.inputs.items() if tensor is None]
        if unused:
            raise ModelError(f"input '{unused[0]}' is not quantised: nothing but QuantizeLinear or DequantizeLinear may read it")
        return Graph(name, self.nodes, list(self.inputs.values()), outputs)

    def output(self, name):
        value = self.values.get(name)
        if isinstance(value, Pending) and value.done is None and value.node.op == "SOFTMAX":
            return self.finish(value, SOFTMAX_QUANT, name)      # its scale is always this one
        if isinstance(value, Pending) and value.done is not None:
            return value.done
        if isinstance(value, (Real, Tensor)):
            return value.tensor if isinstance(value, Real) else value
        raise ModelError(f"output '{printable(name)}' is not quantised")

    # --- making tensors and nodes

    def next_number(self):
        self.count += 1
        if self.count > MAX_TENSORS:
            raise ModelError(f"more than {MAX_TENSORS} tensors")
        return self.count - 1

    def tensor(self, name, shape, quant):
        check_dims(f"'{printable(name)}'", shape)
        return Tensor(printable(name), nhwc(shape), "int8", quant, number=self.next_number())

    def constant(self, name, shape, dtype, data, quant=None):
        return Tensor(printable(name), tuple(shape), dtype, quant, data, self.next_number())

    def take(self, step, data):
        """Before numbers of the file become numbers here: any number of operators may name the same ones."""
        self.numbers += len(data)
        step.need(self.numbers <= MAX_NUMBERS, f"more than {MAX_NUMBERS} numbers in the constants of all operators")

    def pending(self, step, op, inputs, shape, order=None, **attrs):
        attrs.setdefault("activation", "NONE")
        check_dims(step, shape)
        return Pending(Node(op, step.number, inputs, [], attrs), tuple(shape), order=order)

    def finish(self, pending, quant, name):
        """The operator's output gets its scale: now it is one of the graph's. What moves bytes keeps the scale, QUANTIZE follows."""
        node = pending.node
        made = self.tensor(name, pending.shape, quant)
        if node.op == "CONCATENATION":
            node.inputs = [self.rescaled(tensor, quant, node.number) for tensor in node.inputs]
        source = node.inputs[0]
        if node.op in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "PAD", "RESHAPE") and source.quant != quant:
            middle = self.tensor(name, pending.shape, source.quant)
            self.nodes += [Node(node.op, node.number, node.inputs, [middle], node.attrs), Node("QUANTIZE", node.number, [middle], [made], {})]
        else:
            node.outputs = [made]
            self.nodes.append(node)
        pending.done = made
        return made

    def rescaled(self, tensor, quant, number):
        if tensor.quant == quant:
            return tensor
        made = self.constant(tensor.name, tensor.shape, "int8", None, quant)
        self.nodes.append(Node("QUANTIZE", number, [tensor], [made], {}))
        return made

    # --- looking up inputs

    def value(self, step, index):
        step.need(index < len(step.inputs) and step.inputs[index] != "", f"input {index} is absent")
        name = step.inputs[index]
        step.need(name in self.values, f"'{printable(name)}' is used before it is made")
        return self.values[name]

    def real(self, step, index):
        """An activation that DequantizeLinear gives."""
        value = self.value(step, index)
        if isinstance(value, Pending):
            raise step.error(f"'{printable(step.inputs[index])}' is not quantised before it is used")
        step.need(isinstance(value, Real), f"'{printable(step.inputs[index])}' is no tensor behind DequantizeLinear")
        return value

    def plain(self, step, index, what):
        """Numbers of a constant input."""
        value = self.value(step, index)
        step.need(isinstance(value, Constant) and value.data is not None, f"{what} is not constant")
        return value

    def integers(self, step, index, what):
        """The same of numbers that count something."""
        value = self.plain(step, index, what)
        step.need(value.dtype in ("int32", "int64"), f"{what} is {value.dtype}")
        return list(value.data)

    def optional(self, step, index):
        return index < len(step.inputs) and step.inputs[index] != ""
