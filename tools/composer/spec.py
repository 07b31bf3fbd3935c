# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The capDL specification as objects, in the order in which the rootserver creates them (common/capdl/capdl.h)."""

from dataclasses import dataclass, field

TYPES = ["", "ep", "notification", "tcb", "cnode", "ut", "sc", "rtreply", "frame", "pt", "asid_pool", "irq", "sched_control",
         "irq_control", "asid_control", "domain"]
BOOT, IMAGE, DEVICE, VSPACE = 1, 2, 4, 8
EXECUTE, COPY = 0x10, 0x20
TCB_CSPACE, TCB_VSPACE, TCB_IPC_BUFFER, TCB_SC, TCB_BOUND_NTFN, TCB_FAULT_EP, TCB_TIMEOUT_EP = range(7)
TCB_SLOT_NAMES = ["cspace", "vspace", "ipc_buffer_slot", "sc_slot", "bound_notification", "fault_ep_slot", "temp_fault_ep_slot"]


@dataclass
class Cap:
    """A capability in a slot: count consecutive objects of run target, from offset."""

    slot: int
    target: object
    offset: int = 0
    count: int = 1
    rights: int = 15
    flags: int = 0
    data: int = 0


@dataclass
class Object:
    """A run of count equal objects. owner: the component whose memory it is."""

    name: str
    type: str
    count: int = 1
    size_bits: int = 0
    flags: int = 0
    data: int = 0
    owner: str = ""
    kind: str = ""          # for the memory report
    caps: list = field(default_factory=list)
    extra: object = None
    first_id: int = 0

    @property
    def has_id(self):
        return not self.flags & (BOOT | IMAGE)


@dataclass
class Sizes:
    """log2 bytes of the kernel's objects (reference: sel4-abi 4.2)."""

    word_bits: int
    tcb_bits: int

    def bits(self, obj):
        slot = 4 if self.word_bits == 32 else 5
        fixed = {"ep": 4, "notification": slot + 1, "rtreply": slot, "tcb": self.tcb_bits, "pt": 12, "asid_pool": 12}
        if obj.type == "cnode":
            return obj.size_bits + slot
        if obj.type in ("ut", "sc", "frame"):
            return obj.size_bits
        return fixed.get(obj.type, 0)


class Spec:
    """All objects of the system."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.objects = []
        self.by_name = {}

    def add(self, name, type_, **fields):
        obj = Object(name, type_, **fields)
        self.objects.append(obj)
        self.by_name[name] = obj
        return obj

    def find(self, target):
        """(run, offset) of a name like "x_reply[2]"."""
        name, _, index = target.partition("[")
        return self.by_name[name], int(index.rstrip("]")) if index else 0

    def number(self):
        """Puts the runs into the order of creation and gives them their ids: memory from large to small, then device frames by
        address, then what is not made of memory. Threads stand, and so start, in falling order of priority: servers before
        their clients."""
        def key(obj):
            memory = self.sizes.bits(obj)
            if not obj.has_id:
                return (3, obj.type, obj.data)
            if obj.flags & DEVICE:
                return (1, 0, obj.data)
            if not memory:
                return (2, 0, obj.data)
            return (0, -memory, -obj.extra[4] if obj.type == "tcb" else 0)
        self.objects.sort(key=key)
        next_id = 0
        for obj in self.objects:
            if obj.has_id:
                obj.first_id = next_id
                next_id += obj.count
        return next_id
