# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Resolves the names of an assembly and checks what one declaration can say about another."""

from errors import ComposeError
from settings import apply_settings, constant
from system import PAGE, RPC_TRANSPORTS, Client, Irq, Mmio, Node, Provided, SharedPort, System, Used

MAX_CLIENTS = 254       # the client's number + 1 has eight bits in the badge
MAX_SOURCES = 26        # notification bits 0..25
END_KINDS = {           # connector type -> kinds of (from, to) interfaces
    "seL4RPCCall": ("uses", "provides"),
    "seL4RPCCallSignal": ("uses", "provides"),
    "seL4RPCOverMultiSharedData": ("uses", "provides"),
    "seL4HardwareMMIO": ("dataport", "dataport"),
    "seL4HardwareInterrupt": ("emits", "consumes"),
    "seL4SharedData": ("dataport", "dataport"),
}


def resolve(source, defines):
    """Source -> System. Raises ComposeError for the first mistake."""
    _resolve_components(source, defines)
    apply_settings(source, defines)
    system = System({i.name: Node(i) for i in source.instances.values() if not i.component.hardware}, source)
    for node in system:
        _declare(node, source)
    connected = {}
    for connection in source.connections.values():
        _connect(system, source, connection, connected)
    _check_connected(source, connected)
    if system.ticker:
        for node in system:
            node.irqs, node.ticked = [], node.irqs
    return system


def _resolve_components(source, defines):
    for component in source.components.values():
        for port in component.of_kind("dataport"):
            port.size = _pages(constant(port.size, defines), port)
        if component.control and component.of_kind("provides"):
            raise ComposeError(component.of_kind("provides")[0].loc,
                               f"component {component.name} has a control thread and cannot serve an interface as well "
                               "(one thread per component)")
        for interface in component.of_kind("uses", "provides"):
            if interface.type not in source.procedures:
                raise ComposeError(interface.loc, f"unknown procedure {interface.type}")
        for interface in component.of_kind("consumes", "emits"):
            if interface.type != "Interrupt":
                raise ComposeError(interface.loc, f"unknown event type {interface.type} (only Interrupt is known)")
    for instance in source.instances.values():
        if instance.component not in source.components:
            raise ComposeError(instance.loc, f"unknown component type {instance.component}")
        instance.component = source.components[instance.component]


def _pages(size, port):
    if size <= 0:
        raise ComposeError(port.loc, f"dataport {port.name} has no size")
    return (size + PAGE - 1) // PAGE * PAGE


def _declare(node, source):
    for interface in node.component.of_kind("provides"):
        node.provided.append(Provided(node, interface, source.procedures[interface.type], len(node.provided)))
    for interface in node.component.of_kind("uses"):
        node.used.append(Used(node, interface, source.procedures[interface.type]))


def _find(source, end):
    instance = source.instances.get(end.instance)
    if not instance:
        raise ComposeError(end.loc, f"unknown instance {end.instance}")
    interface = instance.component.interfaces.get(end.interface)
    if not interface:
        raise ComposeError(end.loc, f"component {instance.component.name} has no interface {end.interface}")
    return instance, interface


def _connect(system, source, connection, connected):
    if connection.type not in END_KINDS:
        raise ComposeError(connection.loc, f"unknown connector type {connection.type} (one of {', '.join(END_KINDS)})")
    if not connection.froms or not connection.tos:
        raise ComposeError(connection.loc, f"connection {connection.name} needs at least one 'from' and one 'to' end")
    for ends, kind in zip((connection.froms, connection.tos), END_KINDS[connection.type]):
        for end in ends:
            _, interface = _find(source, end)
            if interface.kind != kind:
                raise ComposeError(end.loc, f"{connection.type} cannot connect {end}: it is declared '{interface.kind}', not '{kind}'")
            _once(end, interface, connection, connected)
    if connection.type in RPC_TRANSPORTS:
        _connect_rpc(system, connection)
    elif connection.type == "seL4HardwareMMIO":
        _connect_mmio(system, source, connection)
    elif connection.type == "seL4HardwareInterrupt":
        _connect_irq(system, source, connection)
    else:
        _connect_shared(system, source, connection)


def _once(end, interface, connection, connected):
    """A server may get its clients from several connections of one type; everything else is connected once."""
    other = connected.setdefault((end.instance, end.interface), connection)
    if interface.kind == "provides" and other.type == connection.type:
        return
    if other is not connection or (interface.kind == "uses" and sum(str(e) == str(end) for e in connection.froms) > 1):
        raise ComposeError(end.loc, f"{end} is already connected by {other.name} ({other.loc})")


def _single_to(connection):
    if len(connection.tos) != 1:
        raise ComposeError(connection.loc, f"{connection.type} {connection.name} must have exactly one 'to' end")
    return connection.tos[0]


def _node(system, end):
    node = system.nodes.get(end.instance)
    if not node:
        raise ComposeError(end.loc, f"{end.instance} is hardware: it cannot take part in this connection")
    return node


def _connect_rpc(system, connection):
    to = _single_to(connection)
    server = next(p for p in _node(system, to).provided if p.name == to.interface)
    server.transport = RPC_TRANSPORTS[connection.type]
    server.signals = connection.type == "seL4RPCCallSignal"
    for end in connection.froms:
        node = _node(system, end)
        used = next(u for u in node.used if u.name == end.interface)
        if used.procedure is not server.procedure:
            raise ComposeError(end.loc, f"type mismatch: {end} uses {used.procedure.name}, but {to} provides {server.procedure.name}")
        used.server, used.client_index, used.loc = server, len(server.clients), end.loc
        server.clients.append(Client(node, used, used.client_index))
        if len(server.clients) > MAX_CLIENTS:
            raise ComposeError(end.loc, f"{to} has more than {MAX_CLIENTS} clients")
        _check_sources(node, end)


def _check_sources(node, end):
    if len(node.irqs) + len(node.signal_sources) > MAX_SOURCES:
        raise ComposeError(end.loc, f"{node.name} has more than {MAX_SOURCES} interrupts and signals")


def _hardware(source, end):
    instance, interface = _find(source, end)
    if not instance.component.hardware:
        raise ComposeError(end.loc, f"{end.instance} is not a hardware component")
    return instance, interface


def _hardware_setting(instance, key, end):
    if key not in instance.settings:
        raise ComposeError(end.loc, f"attribute {instance.name}.{key} is not set in the configuration")
    return instance.settings[key]


def _connect_mmio(system, source, connection):
    to = _single_to(connection)
    instance, _ = _hardware(source, to)
    paddr = _hardware_setting(instance, f"{to.interface}_paddr", to)
    size = _pages(_hardware_setting(instance, f"{to.interface}_size", to), instance.component.interfaces[to.interface])
    if paddr % PAGE:
        raise ComposeError(to.loc, f"{to} is at 0x{paddr:x}, which is not page aligned")
    for end in connection.froms:
        node = _node(system, end)
        wanted = node.component.interfaces[end.interface].size
        if wanted > size:
            raise ComposeError(end.loc, f"{end} has {wanted} bytes, but {to} only {size}")
        node.mmio.append(Mmio(end.interface, paddr, wanted, str(to), end.loc))



def _connect_irq(system, source, connection):
    to = _single_to(connection)
    node = _node(system, to)
    if len(connection.froms) != 1:
        raise ComposeError(connection.loc, f"{connection.type} {connection.name} must have exactly one 'from' end")
    end = connection.froms[0]
    instance, _ = _hardware(source, end)
    number = _hardware_setting(instance, f"{end.interface}_irq_number", end)
    node.irqs.append(Irq(to.interface, number, str(end), to.loc))
    _check_sources(node, to)


def _connect_shared(system, source, connection):
    ends = connection.froms + connection.tos
    size = max(_find(source, end)[1].size for end in ends)
    for end in ends:
        node = _node(system, end)
        port = node.component.interfaces[end.interface]
        if port.size != size:
            raise ComposeError(end.loc, f"{end} has {port.size} bytes, but the largest end of {connection.name} has {size}")
        node.shared.append(SharedPort(end.interface, size, connection.name, [str(e) for e in ends if e is not end]))


def _check_connected(source, connected):
    for instance in source.instances.values():
        if instance.component.hardware:
            continue
        for interface in instance.component.of_kind("uses", "provides", "dataport", "consumes", "emits"):
            if (instance.name, interface.name) not in connected and not interface.optional:
                raise ComposeError(instance.loc, f"{instance.name}.{interface.name} ({interface.kind} {interface.type}, declared at "
                                                 f"{interface.loc}) is not connected")
