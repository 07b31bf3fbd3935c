# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The capability space of each component: which slot holds what. Glue and capDL specification both follow it."""

from dataclasses import dataclass, field

from errors import ComposeError

WRITE, READ, GRANT, GRANT_REPLY = 1, 2, 4, 8
ALL = 15
BADGE_NOTIFICATION = 1 << 27
BADGE_DYNAMIC = 1 << 26
ASSEMBLY_SLOTS = 64     # top slots of the boot CNode that belong to the assembly
SLOT_NUMBER_BITS = 16   # of slots in the specification and in the components' tables; a larger boot CNode is used up to there


@dataclass
class Slot:
    """One capability. target: name of the capDL object; why: for the authority table."""

    slot: int
    target: str
    rights: int = ALL
    badge: int = 0
    why: str = ""


@dataclass
class CSpace:
    """Slots of one component. first..last: free headroom (last exclusive); symbols: C constants."""

    node: object
    bits: int = 0
    slots: list = field(default_factory=list)
    symbols: dict = field(default_factory=dict)
    first_free: int = 0
    last_free: int = 0
    boot: bool = False

    def symbol(self, name, default=0):
        return self.symbols.get(name, default)


def signal_bits(node):
    """(name, object, bit number) of every interrupt (or the tick in its place), then of every signalling server of this node."""
    named = [(irq.name, irq) for irq in node.irqs + node.ticked] + [(used.name, used) for used in node.signal_sources]
    return [(name, source, bit) for bit, (name, source) in enumerate(named)]


def reply_count(node):
    return 1 + node.get("spare_replies", 0) if node.provided else 0


def fault_badge(number):
    """Badge of the faults of a supervised component."""
    return BADGE_DYNAMIC | number


def build_cspace(node, system, root_bits):
    """Lays out the CNode of a node. root_bits: radix of the boot CNode."""
    space = CSpace(node, boot=bool(node.get("boot_cnode")))
    next_slot = (1 << min(root_bits, SLOT_NUMBER_BITS)) - ASSEMBLY_SLOTS if space.boot else 1

    def add(symbol, target, rights=ALL, badge=0, why=""):
        nonlocal next_slot
        space.slots.append(Slot(next_slot, target, rights, badge, why))
        if symbol:
            space.symbols.setdefault(symbol, next_slot)
        next_slot += 1

    _self_slots(node, space, add)
    _server_slots(node, add)
    _client_slots(node, add)
    if node.get("supervisor"):
        _supervisor_slots(node, system, add)
    if node.get("ticker"):
        _ticker_slots(system, add)
    _finish(node, space, next_slot, root_bits)
    return space


def _self_slots(node, space, add):
    if space.boot:
        space.symbols.update(BOOT_CNODE=2, SELF_CNODE=2)
    elif node.get("cnode_headroom") or node.get("self_endpoint"):
        add("SELF_CNODE", f"{node.name}_cnode", why="own CNode: headroom")
    if node.copyregions:
        add("SELF_VSPACE_ROOT", f"{node.name}_vspace", why="own address space: copy regions")
    if node.get("sched_ctrl"):
        add("SELF_TCB", f"{node.name}_tcb", why="own thread: authority over priorities")
        add("SCHED_CTRL", "sched_control", why="attribute sched_ctrl")
    if node.get("asid_pool"):
        add("ASID_POOL", f"{node.name}_asid_pool", why="attribute asid_pool")


def _server_slots(node, add):
    if node.provided:
        minting = node.get("self_endpoint")
        add("camkes_endpoint", f"{node.name}_ep", ALL if minting else READ,
            why="own endpoint: receive" + (" and mint (self_endpoint)" if minting else ""))
        for i in range(reply_count(node)):
            add("camkes_reply_base", f"{node.name}_reply[{i}]", why="reply object")
    if node.component.control and signal_bits(node):
        add("camkes_notification", f"{node.name}_ntfn", READ, why="wait for signals and interrupts")
    for irq in node.irqs:
        add(f"irq.{irq.name}", f"irq_{irq.number}", why=f"acknowledge interrupt {irq.number}")
    for provided in node.provided:
        if provided.signals:
            _emit_slots(provided, add)
        if provided.name == node.get("client_cnodes"):
            for client in provided.clients:
                add(f"cnode.{provided.name}", f"{client.node.name}_cnode", why=f"CNode of client {client.node.name}")


def _emit_slots(provided, add):
    for client in provided.clients:
        bit = next(bit for _, source, bit in signal_bits(client.node) if source is client.used)
        add(f"emit.{provided.name}", f"{client.node.name}_ntfn", WRITE, BADGE_NOTIFICATION | 1 << bit,
            why=f"signal {client.node.name}")


def _client_slots(node, add):
    for used in node.used:
        if used.server:
            server = used.server
            # A server that hands out capabilities, or asks for them, is reached with Grant rights in the reply only; attribute
            # grants names the one interface whose requests may carry a capability.
            grant = GRANT if used.name == node.get("grants") else 0
            add(f"ep.{used.name}", f"{server.node.name}_ep", WRITE | GRANT_REPLY | grant, used.badge,
                why=f"call {server.node.name}.{server.name}")


def _supervisor_slots(node, system, add):
    """Per component: thread, scheduling context, reply objects, in this order without a gap (struct camkes_supervised)."""
    add("SCHED_CTRL", "sched_control", why="budgets of the components")
    for other in system.supervised:
        add(f"supervised.{other.name}", f"{other.name}_tcb", why=f"restart {other.name}")
        add(None, f"{other.name}_sc", why=f"time and budget of {other.name}")
        for i in range(reply_count(other)):
            add(None, f"{other.name}_reply[{i}]", why=f"answer for {other.name} when it died")
    add("SELF_SC", f"{node.name}_sc", why="own time")


def _ticker_slots(system, add):
    """One per component: its notification, with all bits that interrupts would set."""
    for other in system:
        bits = sum(1 << bit for _, source, bit in signal_bits(other) if source in other.ticked)
        if bits:
            add("TICKED", f"{other.name}_ntfn", WRITE, BADGE_NOTIFICATION | bits, why=f"make {other.name} look at its device")


def _finish(node, space, next_slot, root_bits):
    if space.boot:
        space.bits = min(root_bits, SLOT_NUMBER_BITS)
        if next_slot > 1 << space.bits:
            raise ComposeError(node.instance.loc, f"{node.name} needs {len(space.slots)} slots, but only {ASSEMBLY_SLOTS} of the boot CNode are the assembly's")
        return
    wanted = next_slot + node.get("cnode_headroom", 0)
    space.bits = max(1, (wanted - 1).bit_length())
    if node.get("cnode_headroom"):
        space.first_free, space.last_free = next_slot, 1 << space.bits
