# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Boot manifests (firmware/security_core/boot/README.md has the bytes): made from a QEMU command, for the images that it loads into the memory
of harts 0 and 2. Whoever exchanges an image of a command signs again: resigned()."""
import hashlib
import json
import os
import re
import struct
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile

import signing

MAGIC, FORMAT = 0x4B42544D, 2
TEXT = b"KataOS boot manifest\0"
HEADER = struct.Struct(">III8sII")          # magic format version key_id n flags
RECORD = struct.Struct(">16sII32s")         # name base size hash
MAX_SEGMENTS = 16
ALLOW_UNSIGNED = 1          # flag: packages without signature are accepted
FILE = "boot_manifest.bin"
NOT_MEASURED = ("security_core", "security_core_test", "boot_manifest")      # who measures, and with what


@dataclass
class Segment:
    name: str
    base: int
    data: bytes

    def record(self):
        name = self.name.encode("ascii")[:15]
        return RECORD.pack(name, self.base, len(self.data), hashlib.sha256(self.data).digest())


@dataclass
class Manifest:
    version: int
    key_id: bytes
    records: list
    flags: int = 0
    magic: int = MAGIC
    format: int = FORMAT
    signature: bytes = b""

    def signed(self):
        return HEADER.pack(self.magic, self.format, self.version, self.key_id, len(self.records), self.flags) + b"".join(self.records)

    def digest(self):
        """What is signed, and what the security core keeps as the measurement of what it has started."""
        return hashlib.sha256(TEXT + self.signed()).digest()

    def image(self):
        return self.signed() + self.signature


def read(data):
    """A Manifest from its bytes; ValueError if they are none."""
    if len(data) < HEADER.size:
        raise ValueError("not a boot manifest")
    magic, number, version, key, n, flags = HEADER.unpack_from(data)
    if (magic, number) != (MAGIC, FORMAT) or not 1 <= n <= MAX_SEGMENTS or len(data) != HEADER.size + n * RECORD.size + 64:
        raise ValueError("not a boot manifest")
    records = [data[HEADER.size + i * RECORD.size:][:RECORD.size] for i in range(n)]
    return Manifest(version, key, records, flags, signature=data[-64:])


def segments_of_file(path, address):
    """What a loader puts where: an ELF file's own addresses, or a raw file at the given one."""
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, "rb") as file:
        if address is not None:
            return [Segment(name, address, file.read())]
        return [Segment(name, part["p_paddr"], part.data().ljust(part["p_memsz"], b"\0"))    # the kernel trusts in the zeros behind it
                for part in ELFFile(file).iter_segments() if part["p_type"] == "PT_LOAD" and part["p_memsz"]]


def loaders(command):
    """(path, address or None) of every file that a QEMU command (a list) loads into memory."""
    for word in command:
        if word.startswith("loader,") and "file=" in word:
            address = re.search(r",addr=(\w+)", word)
            yield re.search(r"file=([^,]*)", word)[1], int(address[1], 0) if address else None


def segments(command):
    found = [segment for path, address in loaders(command) if os.path.splitext(os.path.basename(path))[0] not in NOT_MEASURED
             for segment in segments_of_file(path, address)]
    found.sort(key=lambda segment: segment.base)
    if not 1 <= len(found) <= MAX_SEGMENTS:
        raise ValueError(f"{len(found)} segments: a boot manifest has 1 to {MAX_SEGMENTS}")
    return found


def flags_of(composition):
    """What the assembly says: of the composer's composition.json."""
    with open(composition, encoding="utf-8") as file:
        return ALLOW_UNSIGNED if json.load(file)["allow_unsigned"] else 0


def signed(command, key, version, change=None, known=None, flags=0):
    """A manifest of what the command loads, by KEY. `change` may alter it before it is signed. `known`: bytes of one that is taken as it is if
    it says the same."""
    made = Manifest(version, signing.key_id(key.public_key()), [segment.record() for segment in segments(command)], flags)
    if change:
        change(made)
    if known and known[:-64] == made.signed() and signing.is_signature(known[-64:], made.digest(), key.public_key()):
        made.signature = known[-64:]
    else:
        made.signature = signing.sign_digest(made.digest(), key)
    return made


def resigned(command, path, change=None, key=None):
    """The command with a manifest of its images in PATH instead of its own; by the key that the build used, or another one. A command without
    manifest is left alone. One that is in PATH already and says the same stays: signatures are random, and to verify one takes some
    instructions more than another."""
    old = next((file for file, _ in loaders(command) if os.path.basename(file) == FILE), None)
    if old is None:
        return command
    with open(old, "rb") as file:
        ours = read(file.read())
    known = None
    if os.path.exists(path):
        with open(path, "rb") as file:
            known = file.read()
    made = signed(command, key or signing.private_key(build_key(os.path.dirname(old))), ours.version, change, known, ours.flags)
    if made.image() != known:
        with open(path + ".new", "wb") as file:
            file.write(made.image())
        os.replace(path + ".new", path)     # others may run the same
    return [word.replace(f"file={old},", f"file={path},") for word in command]


def build_key(out):
    """The private key that the build in folder OUT signs with, as the build noted it."""
    with open(os.path.join(out, "gen", "keys.txt"), encoding="utf-8") as file:
        return os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", file.read().split()[0])
