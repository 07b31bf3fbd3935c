# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""For GDB (tools/debug.sh): breakpoints in one component or application. All of them are linked to the same addresses, and a
breakpoint is only an address: one that lies in the component gets the condition $component(), which holds where the page at
the program counter is the component's. `delete`, `condition` and so on are as ever."""
import os

import gdb
from elftools.elf.elffile import ELFFile

PAGE = 4096


def code_of(path):
    """The program's executable segments: pairs of address and content."""
    with open(path, "rb") as file:
        return [(s["p_vaddr"], s.data()) for s in ELFFile(file).iter_segments("PT_LOAD") if s["p_flags"] & 1]


CODE = code_of(os.environ["KATA_SYMBOLS"])


def own_page(address):
    """Address and content of what the program has in the page; None outside of it."""
    for base, data in CODE:
        if base <= address < base + len(data):
            begin = max(address & -PAGE, base)
            return begin, data[begin - base:(address & -PAGE) + PAGE - base]
    return None


class InComponent(gdb.Function):
    """$component(): is this the component that make debug was asked for?"""

    def __init__(self):
        super().__init__("component")

    def invoke(self):
        page = own_page(int(gdb.parse_and_eval("(unsigned long)$pc")))
        try:
            return page is not None and bytes(gdb.selected_inferior().read_memory(page[0], len(page[1]))) == page[1]
        except gdb.MemoryError:
            return False


def narrow(breakpoint):
    if breakpoint.type in (gdb.BP_BREAKPOINT, gdb.BP_HARDWARE_BREAKPOINT) and breakpoint.visible and not breakpoint.condition \
            and any(own_page(location.address) for location in breakpoint.locations):
        breakpoint.condition = "$component()"


InComponent()
gdb.events.breakpoint_created.connect(narrow)
