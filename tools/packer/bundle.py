# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The bundle image format (common/bundle/include/bundle/bundle.h is its description): sections to bytes and back."""
import struct
import zlib
from dataclasses import dataclass

MAGIC = 0x0405195710141955
HEADER = struct.Struct(">QQQIIIIII")                       # magic vaddr entry flags fsize msize align type crc
PAGE = 4096
READ, WRITE, EXECUTE, ENTRY, MORE = 1, 2, 4, 8, 16
MODEL = 0x0405195a          # type of the section with a data model (tools/model.py)
TYPES = {"app": 0x04051957, "springbok": 0x10141955, "kelvin": 0x01241998}
MANIFEST = 0x04051958       # type of the section with the manifest's text
SIGNATURE = 0x04051959      # type of the section with the signature (signature.py)


@dataclass
class Section:
    vaddr: int
    flags: int
    data: bytes
    msize: int = None       # None: as large as the data
    entry: int = 0
    align: int = PAGE
    kind: int = TYPES["app"]
    crc: int = None         # None: computed
    fsize: int = None       # None: as large as the data
    magic: int = MAGIC

    def header(self):
        fsize = len(self.data) if self.fsize is None else self.fsize
        return HEADER.pack(self.magic, self.vaddr, self.entry, self.flags, fsize,
                           fsize if self.msize is None else self.msize, self.align, self.kind,
                           zlib.crc32(self.data) if self.crc is None else self.crc)

    def rights(self):
        return "".join(c if self.flags & bit else "-" for c, bit in zip("RWX", (READ, WRITE, EXECUTE)))


def manifest(text):
    """The section, to be put before all others, with a manifest's text."""
    return Section(0, MORE, text, msize=0, kind=MANIFEST)


def image(sections):
    """Bytes of the sections exactly as they are."""
    return b"".join(section.header() + section.data for section in sections)


def chain(sections):
    """Sets the MORE flag on every section but the last."""
    for section in sections[:-1]:
        section.flags |= MORE
    return sections


def parse(data):
    """Sections of a well-formed image; ValueError otherwise (the target's validation is stricter)."""
    sections, at = [], 0
    while at < len(data) and data[at:at + 8].strip(b"\0"):
        if len(data) - at < HEADER.size:
            raise ValueError("truncated section header")
        magic, vaddr, entry, flags, fsize, msize, align, kind, crc = HEADER.unpack_from(data, at)
        at += HEADER.size
        if magic != MAGIC:
            raise ValueError("wrong magic number")
        if len(data) - at < fsize:
            raise ValueError("truncated section data")
        section = Section(vaddr, flags, data[at:at + fsize], msize, entry, align, kind, crc)
        if zlib.crc32(section.data) != crc:
            raise ValueError("wrong CRC")
        sections.append(section)
        at += fsize
    return sections
