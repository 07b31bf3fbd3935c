# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The resolved system: instances with their servers, clients, devices and interrupts wired up."""

from dataclasses import dataclass, field

PAGE = 4096
RPC_TRANSPORTS = {"seL4RPCCall": "ipc", "seL4RPCCallSignal": "ipc", "seL4RPCOverMultiSharedData": "shared"}


@dataclass
class Client:
    """One client of a provided interface. index: its number there, 0-based."""

    node: object
    used: object
    index: int


@dataclass
class Provided:
    """A provided interface. index: its number in the component (part of the badge)."""

    node: object
    interface: object
    procedure: object
    index: int
    transport: str = "ipc"
    signals: bool = False
    clients: list = field(default_factory=list)

    @property
    def name(self):
        return self.interface.name

    def badge(self, client_index):
        return self.index << 8 | (client_index + 1)


@dataclass
class Used:
    """A used interface and the server behind it. client_index: our number there."""

    node: object
    interface: object
    procedure: object
    server: Provided = None
    client_index: int = 0
    loc: object = None          # of the connection's end

    @property
    def name(self):
        return self.interface.name

    @property
    def badge(self):
        return self.server.badge(self.client_index)


@dataclass
class Mmio:
    """A dataport onto device memory."""

    name: str
    paddr: int
    size: int
    hardware: str
    loc: object
    content: bytes = None   # comes with the boot image instead of being there already


@dataclass
class SharedPort:
    """A dataport shared with other components. key: name of the connection, the same for all its ends."""

    name: str
    size: int
    key: str
    peers: list


@dataclass
class Irq:
    name: str
    number: int
    hardware: str
    loc: object


@dataclass
class Node:
    """A component instance that becomes a protection domain."""

    instance: object
    provided: list = field(default_factory=list)
    used: list = field(default_factory=list)
    mmio: list = field(default_factory=list)
    shared: list = field(default_factory=list)
    irqs: list = field(default_factory=list)
    ticked: list = field(default_factory=list)  # what the ticker signals instead of an interrupt: Irq, without a handler

    @property
    def name(self):
        return self.instance.name

    @property
    def component(self):
        return self.instance.component

    def get(self, key, default=None):
        return self.instance.get(key, default)

    @property
    def copyregions(self):
        return [i.name for i in self.component.of_kind("copyregion")]

    @property
    def signal_sources(self):
        """Used interfaces whose server sends us signals."""
        return [u for u in self.used if u.server and u.server.signals]

    @property
    def callees(self):
        """(used interface, serving node) of every RPC edge that leaves this node."""
        return [(u, u.server.node) for u in self.used if u.server]


@dataclass
class System:
    nodes: dict                 # name -> Node, in order of declaration
    source: object

    def __iter__(self):
        return iter(self.nodes.values())

    @property
    def supervisor(self):
        """The node that handles the faults of the others, or None."""
        return next((node for node in self if node.get("supervisor")), None)

    @property
    def ticker(self):
        """The node that signals those who have a device, so that they look at it, or None: then interrupts do."""
        return next((node for node in self if node.get("ticker")), None)

    @property
    def supervised(self):
        """The nodes whose faults go to the supervisor; their places in this list are their numbers there."""
        return [node for node in self if not node.get("supervisor")] if self.supervisor else []
