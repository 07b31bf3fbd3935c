# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Builds the capDL specification out of the system and its linked components."""

from elf import SHF_WRITE
from errors import ComposeError, Loc
from glue import component_base
from layout import BADGE_NOTIFICATION, GRANT_REPLY, WRITE, fault_badge, reply_count, signal_bits
from spec import (BOOT, COPY, DEVICE, EXECUTE, IMAGE, TCB_BOUND_NTFN, TCB_CSPACE, TCB_FAULT_EP, TCB_IPC_BUFFER, TCB_SC, TCB_TIMEOUT_EP,
                  TCB_VSPACE, VSPACE, Cap, Spec)
from system import PAGE
from vspace import AddressSpace, image_pages

SC_BITS = 7
RW, R = 3, 2


class Builder:
    """elfs: Elf by instance. image_page: next free page of the boot image (the components' pages are appended there)."""

    def __init__(self, system, spaces, elfs, sizes, image_page):
        self.system, self.spaces, self.elfs = system, spaces, elfs
        self.spec = Spec(sizes)
        self.image_page = image_page
        self.contents = []      # bytes of the components' pages in the boot image, in order

    def build(self):
        self._kernel_objects()
        for node in self.system:
            self._objects(node)
        for node in self.system:
            self._address_space(node)
        for node in self.system:
            self._cspace(node)
            self._thread(node)
        return self.spec

    def _guard(self, cnode):
        """Guard word; 0: as in the capability. The kernel made that of the boot CNode to fit its size, which may exceed the part used."""
        word, bits = self.spec.sizes.word_bits, cnode.size_bits
        if cnode.flags & BOOT:
            return 0
        return (word - bits) << 3 if word == 32 else word - bits

    def _kernel_objects(self):
        targets = {slot.target for space in self.spaces.values() for slot in space.slots}
        if "sched_control" in targets:
            self.spec.add("sched_control", "sched_control", flags=BOOT)
        if any(space.boot for space in self.spaces.values()):
            self.spec.add("bootinfo", "frame", flags=BOOT, size_bits=12)

    # ---- objects of one component

    def _objects(self, node):
        add, name, space = self.spec.add, node.name, self.spaces[node.name]
        own = {"owner": name}
        add(f"{name}_cnode", "cnode", size_bits=space.bits, flags=BOOT if space.boot else 0, kind="cnode", **own)
        add(f"{name}_vspace", "pt", flags=VSPACE | (BOOT if node.get("boot_vspace") else 0), kind="page_table", **own)
        add(f"{name}_tcb", "tcb", kind="tcb", **own)
        add(f"{name}_sc", "sc", size_bits=SC_BITS, kind="sc", extra=(node.get("budget_us"), node.get("period_us"), 0, 0, 0), **own)
        if node.get("asid_pool"):       # one of its own: the kernel's first pool (16 on rv32) is nearly full of components
            add(f"{name}_asid_pool", "asid_pool", kind="asid_pool", **own)
        if node.provided:
            add(f"{name}_ep", "ep", kind="ipc", **own)
            add(f"{name}_reply", "rtreply", count=reply_count(node), kind="ipc", **own)
        bits = signal_bits(node)
        if bits:
            ntfn = add(f"{name}_ntfn", "notification", kind="ipc", **own)
            for _, irq, bit in bits:
                if irq in node.irqs:
                    handler = add(f"irq_{irq.number}", "irq", data=irq.number, **own)
                    handler.caps.append(Cap(0, ntfn, rights=WRITE, data=BADGE_NOTIFICATION | 1 << bit))
        for provided in node.provided:
            if provided.transport == "shared":
                add(f"{name}_{provided.name}_page", "frame", count=len(provided.clients), size_bits=12, kind="shared", **own)
        for port in node.shared:
            if port.key not in self.spec.by_name:
                add(port.key, "frame", count=port.size // PAGE, size_bits=12, kind="shared", **own)

    # ---- address spaces

    def _address_space(self, node):
        elf = self.elfs[node.name]
        vspace = AddressSpace(self.spec, self.spec.by_name[f"{node.name}_vspace"], node.name, boot=bool(node.get("boot_vspace")))
        for run in image_pages(elf):
            frame = self._frame_run(node, elf, run)
            vspace.map(run.start, Cap(0, frame, count=run.count, rights=RW if run.writable else R, flags=0 if run.writable else EXECUTE))
        for mmio in node.mmio:
            bits = 12 if mmio.content is not None or (mmio.paddr | mmio.size) % (1 << vspace.large_bits()) else vspace.large_bits()
            frame = self._device(node, mmio, bits)
            cap = Cap(0, frame, count=frame.count, rights=RW if mmio.content is None else R)
            (vspace.map if bits == 12 else vspace.map_large)(elf.address(mmio.name), cap)
        self._map_shared(node, elf, vspace)
        if node.get("boot_cnode"):
            vspace.map(elf.address("camkes_bootinfo"), Cap(0, self.spec.by_name["bootinfo"], rights=RW, flags=COPY))
        for name in node.copyregions:
            vspace.cover(elf.address(name))

    def _device(self, node, mmio, bits):
        fields = {"count": mmio.size >> bits, "size_bits": bits, "owner": node.name}
        if mmio.content is None:
            return self.spec.add(f"{node.name}_{mmio.name}", "frame", flags=DEVICE, data=mmio.paddr // PAGE, **fields)
        return self._from_image(f"{node.name}_{mmio.name}", mmio.content, kind="text", **fields)

    def _from_image(self, name, content, **fields):
        frame = self.spec.add(name, "frame", flags=IMAGE, data=self.image_page, **fields)
        self.image_page += frame.count
        self.contents.append(content)
        return frame

    def _frame_run(self, node, elf, run):
        name = f"{node.name}_{run.name}"
        fields = {"count": run.count, "size_bits": 12, "owner": node.name, "kind": run.name}
        if not run.in_image:
            return self.spec.add(name, "frame", **fields)
        return self._from_image(name, elf.memory(run.start, run.start + run.count * PAGE), **fields)

    def _map_shared(self, node, elf, vspace):
        for provided in node.provided:
            if provided.transport == "shared" and provided.clients:
                pages = self.spec.by_name[f"{node.name}_{provided.name}_page"]
                vspace.map(elf.address(f"camkes_pages_{provided.name}"), Cap(0, pages, count=pages.count, rights=RW))
        for used in node.used:
            if used.server and used.server.transport == "shared":
                pages = self.spec.by_name[f"{used.server.node.name}_{used.server.name}_page"]
                vspace.map(elf.address(f"camkes_page_{used.name}"), Cap(0, pages, offset=used.client_index, rights=RW, flags=COPY))
        for port in node.shared:
            pages = self.spec.by_name[port.key]
            copied = 0 if pages.owner == node.name else COPY
            vspace.map(elf.address(port.name), Cap(0, pages, count=pages.count, rights=RW, flags=copied))

    # ---- capabilities and thread

    def _cspace(self, node):
        cnode = self.spec.by_name[f"{node.name}_cnode"]
        for slot in self.spaces[node.name].slots:
            target, offset = self.spec.find(slot.target)
            data = self._guard(target) if target.type == "cnode" else slot.badge
            cnode.caps.append(Cap(slot.slot, target, offset, rights=slot.rights, data=data))

    def _thread(self, node):
        elf, find = self.elfs[node.name], self.spec.by_name
        tcb, buffer = find[f"{node.name}_tcb"], elf.address("camkes_ipc_buffer")
        frame, offset = self._frame_at(node, buffer)
        priority = node.get("priority")
        tcb.extra = (elf.entry, elf.address("__stack_top"), 0, buffer, priority, node.get("max_priority", priority), 1)
        cnode = find[f"{node.name}_cnode"]
        tcb.caps = [Cap(TCB_CSPACE, cnode, data=self._guard(cnode)), Cap(TCB_VSPACE, find[f"{node.name}_vspace"]),
                    Cap(TCB_IPC_BUFFER, frame, offset), Cap(TCB_SC, find[f"{node.name}_sc"])]
        if node.provided and signal_bits(node):
            tcb.caps.append(Cap(TCB_BOUND_NTFN, find[f"{node.name}_ntfn"]))
        if node in self.system.supervised:
            self._check_restartable(node)
            endpoint, badge = find[f"{self.system.supervisor.name}_ep"], fault_badge(self.system.supervised.index(node))
            tcb.caps += [Cap(slot, endpoint, rights=WRITE | GRANT_REPLY, data=badge) for slot in (TCB_FAULT_EP, TCB_TIMEOUT_EP)]

    def _check_restartable(self, node):
        """A restart clears .bss and begins at the image's first address: there must be nothing else to restore."""
        elf = self.elfs[node.name]
        if elf.entry != component_base(node):
            raise ComposeError(Loc(elf.path, 1), f"the entry point must be the first address of the image, 0x{component_base(node):x}")
        if any(s.flags & SHF_WRITE and s.has_content and s.size for s in elf.sections):
            raise ComposeError(Loc(elf.path, 1), "initialised variables (.data) would not be restored by a restart: initialise them in pre_init")

    def _frame_at(self, node, vaddr):
        for run in image_pages(self.elfs[node.name]):
            if run.start <= vaddr < run.start + run.count * PAGE:
                return self.spec.by_name[f"{node.name}_{run.name}"], (vaddr - run.start) // PAGE
        raise ComposeError(None, f"{node.name}: the IPC buffer at 0x{vaddr:x} is in no page")
