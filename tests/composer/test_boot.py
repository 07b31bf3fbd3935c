# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A specification that cannot be built stops the boot with the object's name and the reason (on the target, debug build)."""

import os
import shlex
import struct
import subprocess
import sys
import zlib

import pytest

from conftest import ROOT

sys.path.insert(0, os.path.join(ROOT, "tools", "packer"))
import boot_manifest  # noqa: E402

OUT = os.path.join(ROOT, os.environ.get("OUT", "build/qemu_virt-debug"))
COMMAND = os.environ.get("QEMU_COMMAND", "")
pytestmark = pytest.mark.skipif(not COMMAND or not os.path.exists(f"{OUT}/user.img") or "debug" not in OUT,
                                reason="needs QEMU_COMMAND and a debug build")

HEADER, OBJECT, CAP = 32, 20, 12
CNODE, FRAME, INTERRUPT = 4, 8, 11
DEVICE = 4


class Image:
    """The boot image with its specification open for damage."""

    def __init__(self):
        with open(f"{OUT}/user.img", "rb") as file:
            self.bytes = bytearray(file.read())
        self.start = self.bytes.index(struct.pack("<IHB", 0x4C44434B, 1, 32))
        self.total = self.field("<I", 8)
        self.objects, self.caps = self.field("<H", 16), self.field("<H", 18)

    def field(self, layout, offset):
        return struct.unpack_from(layout, self.bytes, self.start + offset)[0]

    def patch(self, layout, offset, value):
        struct.pack_into(layout, self.bytes, self.start + offset, value)

    def find(self, type_, flags=0):
        """Offsets of the objects of a type."""
        records = [HEADER + OBJECT * i for i in range(self.objects)]
        return [r for r in records if self.field("<B", r) == type_ and self.field("<H", r + 2) & flags == flags]

    def name(self, record):
        names = self.start + self.total - self.field("<I", 24)
        at = names + self.field("<I", record + 16)
        return self.bytes[at:self.bytes.index(0, at)].decode()

    def boot(self, folder, seal=True):
        """Runs it until the rootserver says something or 20 seconds have passed; the console's text."""
        if seal:
            body = bytes(self.bytes[self.start + 16:self.start + self.total])
            self.patch("<I", 12, zlib.crc32(body))
        path = folder / "user.img"
        path.write_bytes(self.bytes)
        words = [w.replace(next(p for p in COMMAND.split("file=") if "user.img" in p).split(",")[0], str(path)) for w in shlex.split(COMMAND)]
        words = boot_manifest.resigned(words, str(folder / "boot_manifest.bin"))
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as qemu:
            timer = subprocess.Popen(["sh", "-c", f"sleep 20; kill {qemu.pid} 2>/dev/null"])
            text = ""
            for line in iter(qemu.stdout.readline, b""):
                text += line.decode(errors="replace")
                if line.startswith(b"rootserver: ") or b"KATA>" in line:
                    break
            qemu.kill()
            timer.kill()
            timer.wait()
        return text


def test_damaged(tmp_path):
    image = Image()
    image.patch("<B", 100, image.field("<B", 100) ^ 1)
    assert "rootserver: specification is damaged" in image.boot(tmp_path, seal=False)


def test_device_memory_that_is_not_there(tmp_path):
    image = Image()
    device = image.find(FRAME, DEVICE)[0]
    image.patch("<I", device + 12, 0x80004)  # the kernel's own page
    assert f"rootserver: {image.name(device)}: is not in the device memory that the kernel gives out" in image.boot(tmp_path)


def test_interrupt_of_the_kernel(tmp_path):
    image = Image()
    irq = image.find(INTERRUPT)[0]
    image.patch("<I", irq + 12, 96)
    assert f"rootserver: {image.name(irq)}: interrupt cannot be taken: RevokeFirst" in image.boot(tmp_path)


def test_more_than_there_is_memory(tmp_path):
    image = Image()
    for cnode in image.find(CNODE):
        image.patch("<B", cnode + 1, 16)
    text = image.boot(tmp_path)
    assert "rootserver: " in text and "_cnode: no memory left" in text


def test_two_frames_at_one_address(tmp_path):
    image = Image()
    caps = HEADER + OBJECT * image.objects
    tables = [r for r in image.find(9) if image.field("<H", r + 10) > 2 and not image.field("<H", r + 2)]
    first = image.field("<H", tables[0] + 8)
    image.patch("<H", caps + CAP * (first + 1), image.field("<H", caps + CAP * first))
    target = HEADER + OBJECT * image.field("<H", caps + CAP * (first + 1) + 2)
    text = image.boot(tmp_path)
    assert f"rootserver: {image.name(target)}" in text and "cannot be mapped: " in text
