# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The signature section of a bundle (common/bundle/include/bundle/bundle.h describes it): sections to bytes and back. signing.py has
the keys."""
import hashlib
import struct
from dataclasses import dataclass

import bundle

FORMAT = 1
TEXT = b"KataOS bundle signature\0"
FIXED = struct.Struct(">II8s64sI")          # format version key_id name n
SIZE = 64                                   # of a signature, r || s
MAX_HASHES = 17


@dataclass
class Signature:
    version: int
    key_id: bytes
    name: str
    hashes: list
    signature: bytes = b""
    format: int = FORMAT

    def signed(self):
        return FIXED.pack(self.format, self.version, self.key_id, self.name.encode("ascii"), len(self.hashes)) + b"".join(self.hashes)

    def section(self):
        return bundle.Section(0, bundle.MORE, self.signed() + self.signature, msize=0, align=0, kind=bundle.SIGNATURE)


def digest(signature):
    return hashlib.sha256(TEXT + signature.signed()).digest()


def hash_of(section):
    return hashlib.sha256(section.header() + section.data).digest()


def read(section):
    """A Signature from its section; ValueError if it is malformed."""
    data = section.data
    plain = (section.vaddr, section.entry, section.msize, section.align, section.flags) == (0, 0, 0, 0, bundle.MORE)
    if not plain or len(data) < FIXED.size + 32 + SIZE:
        raise ValueError("malformed signature section")
    number, version, key, name, n = FIXED.unpack_from(data)
    text, end = name.split(b"\0", 1) if b"\0" in name else (b"", b"x")
    good = number == FORMAT and 1 <= n <= MAX_HASHES and len(data) == FIXED.size + 32 * n + SIZE and text and not end.strip(b"\0")
    if not good or any(not 32 < c < 127 for c in text):
        raise ValueError("malformed signature section")
    hashed = [data[FIXED.size + 32 * i:FIXED.size + 32 * i + 32] for i in range(n)]
    return Signature(version, key, text.decode("ascii"), hashed, data[-SIZE:])


def find(sections):
    """The Signature of parsed sections, or None."""
    return read(sections[0]) if sections and sections[0].kind == bundle.SIGNATURE else None
