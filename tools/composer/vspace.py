# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Pages of a linked component, and the page tables that map them."""

from dataclasses import dataclass

from elf import SHF_WRITE
from errors import ComposeError, Loc
from spec import BOOT, Cap
from system import PAGE

REGIONS = (".regions", ".large_regions")    # address ranges without frames of their own
SHAPES = {32: (10, 10), 64: (9, 9, 9)}  # index bits per level, root first


@dataclass
class Run:
    """Consecutive pages of one kind. in_image: some of it is stored in the ELF; otherwise it starts as zeros."""

    name: str
    start: int
    count: int
    writable: bool
    in_image: bool


def image_pages(elf):
    """The pages of a component as runs, in order of address."""
    pages = {}
    for section in elf.sections:
        if section.name in REGIONS:
            continue
        for page in range(section.addr // PAGE, (section.end + PAGE - 1) // PAGE):
            name, writable, content = pages.get(page, (section.name.strip("."), False, False))
            pages[page] = (name, writable or bool(section.flags & SHF_WRITE), content or section.has_content)
            if page in pages and writable != bool(section.flags & SHF_WRITE) and name != section.name.strip("."):
                raise ComposeError(Loc(elf.path, 1), f"page 0x{page * PAGE:x} holds both constant and writable sections")
    runs = []
    for page, (name, writable, content) in sorted(pages.items()):
        kind = "text" if not writable else ("data" if content else name)
        last = runs[-1] if runs else None
        if last and (last.name, last.start + last.count * PAGE) == (kind, page * PAGE):
            last.count += 1
        else:
            if any(r.name == kind for r in runs):
                kind += f"_{page * PAGE:x}"
            runs.append(Run(kind, page * PAGE, 1, writable, content))
    return runs


class AddressSpace:
    """Page tables under a root; made as pages are mapped. boot: the kernel's own (its tables are there already)."""

    def __init__(self, spec, root, owner, boot):
        self.spec, self.root, self.owner, self.boot = spec, root, owner, boot
        self.shape = SHAPES[spec.sizes.word_bits]
        self.tables = {(): root}

    def map(self, vaddr, cap):
        """Maps cap.count frames from vaddr on, split where a table ends."""
        if vaddr % PAGE:
            raise ComposeError(None, f"{cap.target.name} is linked at 0x{vaddr:x}, which is not page aligned")
        leaf_pages = 1 << self.shape[-1]
        done = 0
        while done < cap.count:
            page = vaddr // PAGE + done
            index = page % leaf_pages
            count = min(cap.count - done, leaf_pages - index)
            self._leaf(page).caps.append(Cap(index, cap.target, cap.offset + done, count, cap.rights, cap.flags, cap.data))
            done += count

    def large_bits(self):
        """log2 bytes of the pages that the level above the leaves maps."""
        return 12 + self.shape[-1]

    def map_large(self, vaddr, cap):
        """Maps cap.count large frames from vaddr on."""
        if vaddr % (1 << self.large_bits()):
            raise ComposeError(None, f"{cap.target.name} is linked at 0x{vaddr:x}, which is not aligned to its large pages")
        for i in range(cap.count):
            number = (vaddr >> self.large_bits()) + i
            table, slot = self._walk(number, self.shape[:-1])
            table.caps.append(Cap(slot, cap.target, cap.offset + i, 1, cap.rights, cap.flags, cap.data))

    def cover(self, vaddr):
        """Makes sure that a page can be mapped there at run time."""
        self._leaf(vaddr // PAGE)

    def _leaf(self, page):
        return self._walk(page, self.shape)[0]

    def _walk(self, page, shape):
        """The table in which a page of the last level of a shape is mapped, and its slot there."""
        path, shift = (), sum(shape)
        for bits in shape[:-1]:
            shift -= bits
            path += (page >> shift & ((1 << bits) - 1),)
            if path not in self.tables:
                self._table(path)
        return self.tables[path], page & ((1 << shape[-1]) - 1)

    def _table(self, path):
        number = len(self.tables)
        suffix = "_".join(f"{i:x}" for i in path)
        flags = BOOT if self.boot else 0
        if self.boot and any(path):
            raise ComposeError(None, f"{self.owner} runs in the boot VSpace and must stay within its first page tables")
        table = self.spec.add(f"{self.owner}_pt_{suffix}", "pt", flags=flags, data=number - 1 if self.boot else 0,
                              owner=self.owner, kind="page_table")
        self.tables[path[:-1]].caps.append(Cap(path[-1], table))
        self.tables[path] = table
