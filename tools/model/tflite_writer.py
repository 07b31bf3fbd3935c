# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Writes .tflite files: for the export of models that are trained here, and for tests.

    w = Writer("net")
    x = w.tensor("x", (1, 8, 8, 1), scale=0.1, zero=-3)
    k = w.constant("k", (4, 3, 3, 1), weights, scale=[0.01, 0.02, 0.01, 0.03], axis=0)
    b = w.constant("b", (4,), biases, "int32", scale=[...])
    y = w.tensor("y", (1, 8, 8, 4), scale=0.2, zero=-128)
    w.operator("CONV_2D", [x, k, b], [y], padding="SAME", stride=(1, 1), activation="RELU")
    data = w.finish([x], [y])

A flatbuffer is written front to back: a table first, then what it refers to, so that all offsets lead forward."""
import struct

import schema

TYPE_NUMBERS = {name: number for number, name in schema.TYPES.items()}
ACTIVATION_NUMBERS = {name: number for number, name in schema.ACTIVATIONS.items()}
PADDING_NUMBERS = {name: number for number, name in schema.PADDINGS.items()}
PAIRS = (("stride", ("stride_h", "stride_w")), ("dilation", ("dilation_h", "dilation_w")), ("filter", ("filter_height", "filter_width")))
CODES = {"int8": "b", "uint8": "B", "int32": "i", "int64": "q", "float32": "f"}


class Scalar:
    def __init__(self, code, value):
        self.data = struct.pack("<" + code, value)


class Vector:
    """Numbers, or bytes, with their count."""

    def __init__(self, code, values, align=4):
        self.data, self.count, self.align = struct.pack(f"<{len(values)}{code}", *values), len(values), align


class Text(Vector):
    def __init__(self, text):
        super().__init__("B", text.encode("utf-8"))
        self.data += b"\0"


class Table:
    """fields: number -> value; None is left out."""

    def __init__(self, fields):
        self.fields = {number: value for number, value in fields.items() if value is not None}


class Builder:
    def __init__(self):
        self.data = bytearray()

    def align(self, to, ahead=0):
        self.data += bytes(-(len(self.data) + ahead) % to)

    def patch(self, at, target):
        struct.pack_into("<I", self.data, at, target - at)

    def put(self, value):
        """Appends an object and what it refers to. Returns where it is."""
        if isinstance(value, Table):
            return self.put_table(value.fields)
        if isinstance(value, list):
            return self.put_tables(value)
        self.align(value.align, 4)
        at = len(self.data)
        self.data += struct.pack("<I", value.count) + value.data
        return at

    def put_tables(self, tables):
        self.align(4)
        at = len(self.data)
        self.data += struct.pack("<I", len(tables)) + bytes(4 * len(tables))
        for number, table in enumerate(tables):
            self.patch(at + 4 + 4 * number, self.put(table))
        return at

    def put_table(self, fields):
        """The vtable, then the table: widest fields first, so that each is aligned."""
        places, size = {}, 4
        for number, value in sorted(fields.items(), key=lambda item: -len(getattr(item[1], "data", b"1234")) if isinstance(item[1], Scalar) else -4):
            width = len(value.data) if isinstance(value, Scalar) else 4
            size += -size % width
            places[number], size = size, size + width
        slots = max(fields, default=-1) + 1
        vtable = struct.pack(f"<HH{slots}H", 4 + 2 * slots, size, *(places.get(number, 0) for number in range(slots)))
        self.align(8, len(vtable))
        at = len(self.data) + len(vtable)
        self.data += vtable + struct.pack("<i", len(vtable)) + bytes(size - 4)
        for number, value in fields.items():
            if isinstance(value, Scalar):
                self.data[at + places[number]:at + places[number] + len(value.data)] = value.data
        for number, value in fields.items():
            if not isinstance(value, Scalar):
                self.patch(at + places[number], self.put(value))
        return at


def sequence(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


class Writer:
    def __init__(self, name="model"):
        self.name, self.tensors, self.operators, self.codes, self.buffers = name, [], [], [], [Table({})]

    def tensor(self, name, shape, dtype="int8", scale=None, zero=0, axis=0, buffer=0):
        """A tensor without data. scale: a number, a list of one per channel along axis, or None. Returns its number."""
        quantisation = None
        if scale is not None:
            scales = sequence(scale)
            zeros = sequence(zero) if isinstance(zero, (list, tuple)) else [zero] * len(scales)
            quantisation = Table({schema.QUANTIZATION["scale"]: Vector("f", scales), schema.QUANTIZATION["zero_point"]: Vector("q", zeros, 8),
                                  schema.QUANTIZATION["quantized_dimension"]: Scalar("i", axis)})
        self.tensors.append(Table({
            schema.TENSOR["shape"]: Vector("i", shape), schema.TENSOR["type"]: Scalar("b", TYPE_NUMBERS[dtype]),
            schema.TENSOR["buffer"]: Scalar("I", buffer), schema.TENSOR["name"]: Text(name), schema.TENSOR["quantization"]: quantisation}))
        return len(self.tensors) - 1

    def constant(self, name, shape, values, dtype="int8", scale=None, zero=0, axis=0):
        self.buffers.append(Table({schema.BUFFER["data"]: Vector("B", struct.pack(f"<{len(values)}{CODES[dtype]}", *values), 16)}))
        return self.tensor(name, shape, dtype, scale, zero, axis, len(self.buffers) - 1)

    def code(self, name):
        """Number of an operator code; each is in the file once."""
        if name not in self.codes:
            self.codes.append(name)
        return self.codes.index(name)

    def operator(self, name, inputs, outputs, **options):
        """An input of -1 is absent. Options: those of schema.OPTIONS; padding and activation by name; stride, dilation, filter as (height, width)."""
        union, table = options_table(name, options)
        self.operators.append(Table({
            schema.OPERATOR["opcode_index"]: Scalar("I", self.code(name)), schema.OPERATOR["inputs"]: Vector("i", inputs),
            schema.OPERATOR["outputs"]: Vector("i", outputs), schema.OPERATOR["options_type"]: Scalar("B", union) if union else None,
            schema.OPERATOR["options"]: table}))

    def finish(self, inputs, outputs):
        """The file's bytes."""
        subgraph = Table({schema.SUBGRAPH["tensors"]: self.tensors, schema.SUBGRAPH["inputs"]: Vector("i", inputs),
                          schema.SUBGRAPH["outputs"]: Vector("i", outputs), schema.SUBGRAPH["operators"]: self.operators,
                          schema.SUBGRAPH["name"]: Text(self.name)})
        model = Table({schema.MODEL["version"]: Scalar("I", schema.VERSION),
                       schema.MODEL["operator_codes"]: [code_table(name) for name in self.codes],
                       schema.MODEL["subgraphs"]: [subgraph], schema.MODEL["description"]: Text(self.name), schema.MODEL["buffers"]: self.buffers})
        builder = Builder()
        builder.data += bytes(4) + schema.IDENTIFIER
        builder.patch(0, builder.put(model))
        return bytes(builder.data)


def code_table(name):
    number = schema.OPERATOR_NUMBERS[name]
    return Table({schema.OPERATOR_CODE["deprecated_builtin_code"]: Scalar("b", min(number, 127)),
                  schema.OPERATOR_CODE["version"]: Scalar("i", 1), schema.OPERATOR_CODE["builtin_code"]: Scalar("i", number)})


def options_table(name, given):
    """Number in the union, and the table, or 0 and None for an operator without options."""
    if name not in schema.OPTIONS:
        return 0, None
    union, fields = schema.OPTIONS[name]
    given = dict(given)
    for pair, names in PAIRS:
        if pair in given:
            given.update(zip(names, given.pop(pair)))
    if "padding" in given:
        given["padding"] = PADDING_NUMBERS[given["padding"]]
    if "activation" in given:
        given["activation"] = ACTIVATION_NUMBERS[given["activation"]]
    unknown = set(given) - set(fields)
    if unknown:
        raise ValueError(f"{name} has no option {', '.join(sorted(unknown))}")
    return union, Table({fields[key][0]: Scalar(fields[key][1], value) for key, value in given.items()})
