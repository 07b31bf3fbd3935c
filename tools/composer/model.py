# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What an assembly consists of, as parsed (names) and as resolved (objects)."""

from dataclasses import dataclass, field

from errors import Loc

# Scalar types of the IDL: C type, bytes. "string" and arrays are variable data.
SCALARS = {
    "uint8_t": 1, "uint16_t": 2, "uint32_t": 4, "uint64_t": 8,
    "int8_t": 1, "int16_t": 2, "int32_t": 4, "int64_t": 8, "int": 4,
}
RETURN_TYPES = ("void", "int", "int32_t", "uint32_t", "uint64_t")


@dataclass
class Param:
    direction: str          # in, out
    type: str
    name: str
    array: bool
    loc: Loc

    @property
    def is_data(self):
        """Travels as bytes with a length, not as words."""
        return self.array or self.type == "string"


@dataclass
class Method:
    name: str
    ret: str
    params: list
    index: int
    loc: Loc


@dataclass
class Procedure:
    name: str
    methods: list
    loc: Loc


@dataclass
class Interface:
    """One declaration inside a component. kind: provides, uses, dataport, consumes, emits or copyregion."""

    kind: str
    type: str
    name: str
    loc: Loc
    size: object = None     # dataport: token of the size expression, bytes once resolved
    optional: bool = False


@dataclass
class Attribute:
    type: str               # int or string
    name: str
    default: object
    loc: Loc


@dataclass
class Component:
    name: str
    loc: Loc
    control: bool = False
    hardware: bool = False
    interfaces: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)

    def of_kind(self, *kinds):
        return [i for i in self.interfaces.values() if i.kind in kinds]


@dataclass
class End:
    instance: str
    interface: str
    loc: Loc

    def __str__(self):
        return f"{self.instance}.{self.interface}"


@dataclass
class Connection:
    type: str
    name: str
    froms: list
    tos: list
    loc: Loc


@dataclass
class Instance:
    name: str
    component: object       # name as parsed, Component once resolved
    loc: Loc
    settings: dict = field(default_factory=dict)

    def get(self, key, default=None):
        return self.settings.get(key, default)


@dataclass
class Setting:
    instance: str
    attribute: str
    value: object
    loc: Loc


@dataclass
class Source:
    """Everything read from one assembly file and its imports."""

    procedures: dict = field(default_factory=dict)
    components: dict = field(default_factory=dict)
    instances: dict = field(default_factory=dict)
    connections: dict = field(default_factory=dict)
    settings: list = field(default_factory=list)
    files: list = field(default_factory=list)
