# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What need not be a layer of its own. Nothing here changes a single output."""

WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D")
CLAMPING = (*WINDOWED, "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MAX_POOL_2D", "ADD", "MUL")
RECTIFIERS = ("RELU", "RELU6", "RELU_N1_TO_1")
# Same bytes under another name.
ALIASES = ("RESHAPE", "SQUEEZE", "IDENTITY")


def fold(graph):
    drop_unused(graph)
    for node in list(graph.nodes):
        if node.op == "PAD":
            fold_pad(graph, node)
        elif node.op in RECTIFIERS:
            fold_rectifier(graph, node)
        elif node.op == "QUANTIZE" and same_numbers(node.inputs[0], node.output):
            node.op = "IDENTITY"
    return graph


def drop_unused(graph):
    """Operators whose result nobody wants, from the end on."""
    wanted = set(graph.outputs)
    kept = []
    for node in reversed(graph.nodes):
        if node.output in wanted:
            kept.append(node)
            wanted.update(filter(None, node.inputs))
    graph.nodes = kept[::-1]


def same_numbers(a, b):
    return a.dtype == b.dtype and a.quant.scale == b.quant.scale and a.quant.zero == b.quant.zero


def only_consumer(graph, tensor):
    """The one operator that reads a tensor that nobody else wants, else None."""
    consumers = graph.consumers(tensor)
    return consumers[0] if len(consumers) == 1 and tensor not in graph.outputs else None


def fold_pad(graph, node):
    """Padding is filled with the zero point, which is what a convolution sees outside of its input anyway."""
    follower = only_consumer(graph, node.output)
    pads = node.attrs["pads"]
    if follower is None or follower.op not in WINDOWED or len(pads) != 4 or any(pads[0] + pads[3]):
        return
    together = tuple((a + c, b + d) for (a, b), (c, d) in zip(pads[1:3], follower.attrs["pad"]))
    if max(together[0][0], together[1][0]) > 255:
        return                                          # the layer has no room for it
    follower.attrs["pad"] = together
    follower.inputs[0] = node.inputs[0]
    graph.nodes.remove(node)


def fold_rectifier(graph, node):
    """ReLU and its like become the clamp of the operator before, if no number is rescaled between them."""
    source = node.inputs[0]
    maker = next((other for other in graph.nodes if other.output is source), None)
    if maker is None or maker.op not in CLAMPING or maker.attrs.get("activation", "NONE") != "NONE":
        return
    if only_consumer(graph, source) is not node or not same_numbers(source, node.output):
        return
    maker.attrs["activation"] = node.op
    maker.outputs[0] = node.output
    graph.nodes.remove(node)
