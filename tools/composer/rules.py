# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Rules of the house that an assembly must keep: acyclic calls, ordered priorities, devices with one owner."""

from errors import ComposeError


def check_rules(system):
    """Raises ComposeError for the first rule that is broken."""
    _acyclic(system)
    _priorities(system)
    _devices(system)
    _interrupts(system)
    _roles(system)
    _supervision(system)


def _acyclic(system):
    done, path = set(), []

    def visit(node):
        if node.name in done:
            return
        for used, server in node.callees:
            path.append((node.name, used))
            first = next((i for i, (name, _) in enumerate(path) if name == server.name), None)
            if first is not None:
                _raise_cycle(path[first:], server)
            visit(server)
            path.pop()
        done.add(node.name)

    for node in system:
        visit(node)


def _raise_cycle(edges, start):
    steps = " -> ".join(f"{name}.{used.name}" for name, used in edges)
    raise ComposeError(edges[-1][1].loc,
                       f"the call graph has a cycle: {steps} -> {start.name} (a server that waits for its own client never answers)")


def _priorities(system):
    for node in system:
        for used, server in node.callees:
            if server.get("priority") <= node.get("priority"):
                loc = server.get("locs", {}).get("priority", server.instance.loc)
                raise ComposeError(loc, f"{server.name} (priority {server.get('priority')}) serves {node.name}.{used.name} (priority "
                                        f"{node.get('priority')}): a server's priority must be above its clients'")
        if node.get("budget_us") > node.get("period_us"):
            loc = node.get("locs", {}).get("budget_us", node.instance.loc)
            raise ComposeError(loc, f"{node.name}: the budget is longer than the period")


def _devices(system):
    regions = sorted(((m, node) for node in system for m in node.mmio if m.content is None), key=lambda r: r[0].paddr)
    for (low, low_node), (high, high_node) in zip(regions, regions[1:]):
        if low.paddr + low.size > high.paddr:
            raise ComposeError(high.loc, f"device memory of {high_node.name}.{high.name} (0x{high.paddr:x}, 0x{high.size:x} bytes) overlaps that of "
                                         f"{low_node.name}.{low.name} (0x{low.paddr:x}, 0x{low.size:x} bytes, {low.loc})")


def _interrupts(system):
    owners = {}
    for node in system:
        for irq in node.irqs:
            if irq.number in owners:
                other, other_irq = owners[irq.number]
                raise ComposeError(irq.loc, f"interrupt {irq.number} of {node.name}.{irq.name} already belongs to {other.name}.{other_irq.name} "
                                            f"({other_irq.loc})")
            owners[irq.number] = (node, irq)


def _roles(system):
    for key in ("boot_cnode", "boot_vspace", "supervisor", "ticker", "allow_unsigned"):
        holders = [n for n in system if n.get(key)]
        if len(holders) > 1:
            raise ComposeError(holders[1].get("locs")[key], f"{key}: already given to {holders[0].name}")
    for node in system:
        name = node.get("client_cnodes")
        if name is not None and name not in [p.name for p in node.provided]:
            raise ComposeError(node.get("locs")["client_cnodes"], f"{node.name} does not provide an interface '{name}'")
        name = node.get("grants")
        if name is not None and name not in [u.name for u in node.used]:
            raise ComposeError(node.get("locs")["grants"], f"{node.name} does not use an interface '{name}'")


def _supervision(system):
    """Whoever handles the faults of all others waits for nobody and is delayed by nobody."""
    supervisor = system.supervisor
    if not supervisor:
        return
    loc = supervisor.get("locs")["supervisor"]
    if supervisor.callees:
        raise ComposeError(supervisor.callees[0][0].loc, f"{supervisor.name} handles the faults of all components and must not call one")
    if not supervisor.provided:
        raise ComposeError(loc, f"{supervisor.name} receives faults and so has to serve an interface")
    for node in system.supervised:
        if node.get("priority") >= supervisor.get("priority"):
            raise ComposeError(loc, f"{supervisor.name} (priority {supervisor.get('priority')}) supervises {node.name} (priority {node.get('priority')}): "
                                    "its priority must be above all others")
