# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The way of a model through the tool: file, graph, layers, plan, image."""
import os

import cost
import image
import onnx_reader
import ops
import plan
import tflite
from errors import ModelError
from fold import fold
from ir import printable
from lower import Lowering

INPUT_ALIGN = 16


def read(data, path):
    """The graph of a file, by what it begins with."""
    name = os.path.splitext(os.path.basename(path))[0]
    reader = tflite if bytes(data[4:8]) == b"TFL3" or path.endswith(".tflite") else onnx_reader
    return ops.check(reader.read(data, name))


def build(graph, name=None, labels=()):
    """Model and lower bound of its memory."""
    lowered = Lowering(fold(graph))
    if not lowered.steps or len(lowered.steps) > image.MAX_LAYERS:
        raise ModelError(f"{len(lowered.steps)} layers, of at most {image.MAX_LAYERS}")
    ports = [make_port("input", tensor, number) for number, tensor in enumerate(graph.inputs)]
    ports += [make_port("output", tensor, number) for number, tensor in enumerate(graph.outputs)]
    if len(ports) > image.MAX_TENSORS:
        raise ModelError(f"{len(ports)} inputs and outputs, of at most {image.MAX_TENSORS}")
    assign_ports(lowered, ports, len(graph.inputs))
    arena, bound = plan.plan(lowered.steps)
    layers = [placed(step) for step in lowered.steps]
    put_labels(ports[len(graph.inputs)], labels)
    return image.Model(printable(name or graph.name), layers, ports, bytes(lowered.constants.data), arena,
                       cost.estimate(layers)), bound


def make_port(kind, tensor, number):
    shape = tensor.shape
    while len(shape) > 4 and shape[0] == 1:
        shape = shape[1:]
    if not 1 <= len(shape) <= 4:
        raise ModelError(f"{kind} {tensor}: {len(shape)} dimensions, where 1 to 4 are possible")
    return image.Port(kind, tensor.dtype, shape, tensor.quant.scale, tensor.quant.zero, tensor.name or f"{kind} {number}")


def assign_ports(lowered, ports, inputs):
    """Inputs one behind the other in their window, outputs in theirs."""
    storages = [lowered.storages[tensor] for tensor in lowered.graph.inputs] + lowered.ends
    at = 0
    for number, (port, storage) in enumerate(zip(ports, storages)):
        at = 0 if number == inputs else image.align(at, INPUT_ALIGN)
        port.offset = storage.offset = at
        at += port.size


def put_labels(port, labels):
    if labels and len(labels) != port.shape[-1]:
        raise ModelError(f"{len(labels)} labels for {port.shape[-1]} values of output '{port.name}'")
    port.labels = list(labels)


def place_of(pair):
    storage, offset = pair
    return image.place(storage.window, storage.offset + offset) if storage else offset


def placed(step):
    layer = step.layer
    layer.source, layer.target = place_of(step.source), place_of(step.target)
    layer.source2 = place_of(step.source2) if step.source2 else 0
    layer.scratch = place_of((step.scratch, 0)) if step.scratch else 0
    return layer
