# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the composer needs of an ELF file: entry, allocated sections, symbols."""

import struct
from dataclasses import dataclass

from errors import ComposeError, Loc

SHT_SYMTAB, SHT_NOBITS = 2, 8
PT_LOAD = 1
SHF_WRITE, SHF_ALLOC, SHF_EXEC = 1, 2, 4


@dataclass
class Section:
    name: str
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    data: bytes = b""

    @property
    def has_content(self):
        return self.type != SHT_NOBITS

    @property
    def end(self):
        return self.addr + self.size


class Elf:
    """A little-endian ELF file of 32 or 64 bits."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, "rb") as file:
                self.bytes = file.read()
        except OSError as error:
            raise ComposeError(Loc(path, 1), f"cannot read the file: {error.strerror}") from error
        if self.bytes[:4] != b"\x7fELF":
            raise ComposeError(Loc(path, 1), "not an ELF file")
        self.wide = self.bytes[4] == 2
        self._read_sections()

    def _read_sections(self):
        if self.wide:
            self.entry, _, shoff = struct.unpack_from("<QQQ", self.bytes, 24)
            shentsize, shnum, shstrndx = struct.unpack_from("<HHH", self.bytes, 58)
        else:
            self.entry, _, shoff = struct.unpack_from("<III", self.bytes, 24)
            shentsize, shnum, shstrndx = struct.unpack_from("<HHH", self.bytes, 46)
        layout = "<IIQQQQI" if self.wide else "<IIIIIII"
        raw = [struct.unpack_from(layout, self.bytes, shoff + i * shentsize) for i in range(shnum)]
        names = raw[shstrndx][4]
        self.all = [Section(self._text(names + r[0]), *r[1:]) for r in raw]
        self.sections = [s for s in self.all if s.flags & SHF_ALLOC and s.size]
        for section in self.sections:
            if section.has_content:
                section.data = self.bytes[section.offset:section.offset + section.size]

    def _text(self, offset):
        return self.bytes[offset:self.bytes.index(b"\0", offset)].decode()

    def symbols(self):
        """name -> (address, size) of the symbol table."""
        found = {}
        for table in (s for s in self.all if s.type == SHT_SYMTAB):
            strings = self.all[table.link].offset
            size, layout = (24, "<IBBHQQ") if self.wide else (16, "<IIIBBH")
            for at in range(table.offset, table.offset + table.size, size):
                fields = struct.unpack_from(layout, self.bytes, at)
                value, length = (fields[4], fields[5]) if self.wide else (fields[1], fields[2])
                found[self._text(strings + fields[0])] = (value, length)
        return found

    def address(self, name):
        """Address of a symbol that must be there."""
        if not hasattr(self, "_symbols"):
            self._symbols = self.symbols()
        if name not in self._symbols:
            raise ComposeError(Loc(self.path, 1), f"symbol {name} is missing")
        return self._symbols[name][0]

    def load_end(self):
        """First address behind everything that is in memory."""
        return max(s.end for s in self.sections)

    def physical_end(self):
        """The same as physical address, by the program headers."""
        if self.wide:
            at, size, layout, paddr, memory = struct.unpack_from("<Q", self.bytes, 32)[0], 56, "<IIQQQQQ", 4, 6
            count = struct.unpack_from("<H", self.bytes, 56)[0]
        else:
            at, size, layout, paddr, memory = struct.unpack_from("<I", self.bytes, 28)[0], 32, "<IIIIII", 3, 5
            count = struct.unpack_from("<H", self.bytes, 44)[0]
        headers = [struct.unpack_from(layout, self.bytes, at + i * size) for i in range(count)]
        return max(h[paddr] + h[memory] for h in headers if h[0] == PT_LOAD)

    def memory(self, start, end):
        """Contents of an address range as it is in memory when the program starts."""
        block = bytearray(end - start)
        for section in self.sections:
            if section.has_content and section.addr < end and section.end > start:
                low, high = max(section.addr, start), min(section.end, end)
                block[low - start:high - start] = section.data[low - section.addr:high - section.addr]
        return bytes(block)
