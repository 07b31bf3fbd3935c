# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Statements of the security core (firmware/security_core/boot/README.md has the bytes): what was started, and what is installed."""
import hashlib
import re
import struct
from dataclasses import dataclass, field

from elftools.elf.elffile import ELFFile

import signing

MAGIC, FORMAT = 0x4B415454, 1
TEXT = b"KataOS statement\0"
HEADER = struct.Struct(">II64sI32s32sIIII32sI32sII")
RECORD = struct.Struct(">BBII8s")           # kind flags version size key_id; then two strings with NULs
SIGNATURE = 64
KINDS = {1: "application", 2: "model"}
SIGNED, UNREADABLE = 1, 2                   # flags of a record
UNSIGNED_ACCEPTED, RECOVERED, COUNTER_LOST, CONFIRMED, WRITTEN = 1, 0x100, 0x200, 0x400, 0x800
BEGIN, END = b"-----BEGIN KATAOS STATEMENT-----", b"-----END KATAOS STATEMENT-----"


@dataclass
class Package:
    kind: int
    flags: int
    version: int
    size: int
    key_id: bytes
    bundle: str
    name: str = ""

    def record(self):
        return RECORD.pack(self.kind, self.flags, self.version, self.size, self.key_id) + f"{self.bundle}\0{self.name}\0".encode("ascii")


@dataclass
class Statement:
    device: bytes               # public key: x, y
    nonce: bytes
    measurement: bytes
    version: int
    lowest: int
    flags: int
    restarts: int
    firmware: bytes
    packages: list = field(default_factory=list)    # those that are listed
    total: int = 0
    digest: bytes = b""         # of the records of all
    claim: bytes = b""
    signature: bytes = b""

    def signed(self):
        return HEADER.pack(MAGIC, FORMAT, self.device, len(self.nonce), self.nonce, self.measurement, self.version, self.lowest, self.flags,
                           self.restarts, self.firmware, self.total, self.digest, len(self.packages), len(self.claim)) + \
            b"".join(package.record() for package in self.packages) + self.claim

    def hash(self):
        return hashlib.sha256(TEXT + self.signed()).digest()

    def image(self):
        return self.signed() + self.signature


def records_digest(packages):
    return hashlib.sha256(b"".join(package.record() for package in packages)).digest()


def _string(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode("ascii"), end + 1


def _packages(data, at, n):
    found = []
    for _ in range(n):
        fixed = RECORD.unpack_from(data, at)
        bundle, at = _string(data, at + RECORD.size)
        name, at = _string(data, at)
        found.append(Package(*fixed, bundle, name))
    return found, at


def read(data):
    """A Statement from its bytes; ValueError if they are none. Nothing of it is believed yet."""
    try:
        magic, number, device, nonce_n, nonce, measurement, version, lowest, flags, restarts, firmware, total, digest, listed, claim_n = \
            HEADER.unpack_from(data)
        if (magic, number) != (MAGIC, FORMAT) or not 8 <= nonce_n <= 32 or any(nonce[nonce_n:]):
            raise ValueError("not a statement")
        packages, at = _packages(data, HEADER.size, listed)
    except (struct.error, UnicodeDecodeError):
        raise ValueError("not a statement") from None
    except ValueError:
        raise ValueError("not a statement") from None
    if len(data) != at + claim_n + SIGNATURE:
        raise ValueError("not a statement")
    found = Statement(device, nonce[:nonce_n], measurement, version, lowest, flags, restarts, firmware, packages, total, digest,
                      data[at:at + claim_n], data[-SIGNATURE:])
    if found.image() != data:
        raise ValueError("not a statement")
    return found


def extract(data):
    """The bytes of a statement in a file: itself, or what a console has printed, with log lines in between."""
    start, end = data.find(BEGIN), data.rfind(END)
    if start < 0 or end < start:
        return data
    lines = re.findall(rb"^(?:[0-9a-f]{2})+(?=\r*$)", data[start + len(BEGIN):end], re.M)
    return bytes.fromhex(b"".join(lines).decode("ascii"))


def firmware_digest(path):
    """What a security core of this ELF file says of itself: the hash of its code and constants."""
    with open(path, "rb") as file:
        parts = [part for part in ELFFile(file).iter_segments() if part["p_type"] == "PT_LOAD" and part["p_filesz"]]
        parts.sort(key=lambda part: part["p_paddr"])
        memory = b"".join(part.data() for part in parts)
    return hashlib.sha256(memory).digest()


def is_signed(found):
    """By the device that it names."""
    try:
        return signing.is_signature(found.signature, found.hash(), signing.from_raw(found.device))
    except ValueError:
        return False


def check(found, nonce, device=None, manifest=None, firmware=None):
    """ValueError, with what is wrong, if this is not a statement of that device for that nonce about that boot manifest."""
    if device is not None and found.device != device:
        raise ValueError("statement is of another device")
    if not is_signed(found):
        raise ValueError("statement was altered: the signature is not the device's")
    if found.nonce != nonce:
        raise ValueError("statement is for another nonce: an old one, or somebody else's")
    if len(found.packages) == found.total and found.digest != records_digest(found.packages):
        raise ValueError("statement contradicts itself: list of packages")
    if manifest is not None and found.measurement != manifest.digest():
        raise ValueError("other images run than those of the boot manifest")
    if firmware is not None and found.firmware != firmware:
        raise ValueError("the security core's own statement is that it is another firmware")
