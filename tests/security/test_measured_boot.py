# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the security core starts, and what it refuses: images that are not those of the boot manifest, and manifests that are not good. Each
refusal has words of its own, and no other hart runs."""
import json
import re
import select
import struct
import subprocess
import time

import pytest
from elftools.elf.elffile import ELFFile

from machine import OUT, Monitor, boot_manifest, exchanged, kata, with_monitor

import signing

REFUSED = "security core: not started: "
NAMES = ["boot_rom", "monitor", "kernel", "user", "vector_core", "builtins"]


def said(command, seconds=20):
    """The first line that the machine says, and what follows within a moment. Its flash has no recovery images."""
    qemu = subprocess.Popen(kata.with_empty_flash(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    text, end = b"", time.monotonic() + seconds
    try:
        while time.monotonic() < end and select.select([qemu.stdout], [], [], max(0, end - time.monotonic()))[0]:
            more = qemu.stdout.read1(4096)
            if not more:
                break
            text += more
            if b"\n" in text:
                end = min(end, time.monotonic() + 0.3)
    finally:
        qemu.kill()
        qemu.wait()
    return text.decode(errors="replace").replace("\r", "")


def refused(command, words):
    assert said(command) == f"{REFUSED}{words}\n"


def manifest_of(command):
    path = next(path for path, _ in boot_manifest.loaders(command) if path.endswith(boot_manifest.FILE))
    with open(path, "rb") as file:
        return path, file.read()


def with_manifest(data, tmp_path):
    """The command with these bytes for a manifest."""
    command = kata.qemu_command()
    old, _ = manifest_of(command)
    path = tmp_path / "manifest.bin"
    path.write_bytes(data)
    return [word.replace(f"file={old},", f"file={path},") for word in command]


def resigned(tmp_path, change, key=None):
    return boot_manifest.resigned(kata.qemu_command(), str(tmp_path / "manifest.bin"), change, key)


def place_of(path):
    """Offset and bytes of what a file puts into memory."""
    with open(path, "rb") as file:
        if path.suffix == ".elf":
            part = next(part for part in ELFFile(file).iter_segments() if part["p_type"] == "PT_LOAD")
            return part["p_offset"], part["p_filesz"]
        return 0, len(file.read())


# --- the good one ---

def test_what_the_manifest_says():
    """It covers all that the command loads for harts 0 and 2."""
    command = kata.qemu_command()
    _, data = manifest_of(command)
    found = boot_manifest.read(data)
    assert {boot_manifest.RECORD.unpack(record)[0].rstrip(b"\0").decode() for record in found.records} == set(NAMES)
    assert found.records == [segment.record() for segment in boot_manifest.segments(command)]


def test_good_images_start(tmp_path):
    """And the measurement that the security core keeps is the digest that was signed."""
    path = tmp_path / "monitor"
    _, data = manifest_of(kata.qemu_command())
    found = boot_manifest.read(data)
    with open(OUT / "security_core.elf", "rb") as file:
        symbol = next(s for s in ELFFile(file).get_section_by_name(".symtab").iter_symbols() if s.name == "boot_measured")
    qemu = subprocess.Popen(with_monitor(kata.qemu_command(), path), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        text = b""
        while b"KATA> " not in text:
            more = qemu.stdout.read1(4096)
            assert more, text
            text += more
        words = Monitor(path).words(symbol["st_value"], 11)
    finally:
        qemu.kill()
        qemu.wait()
    assert b"security core" not in text
    assert words[1] == found.version and struct.pack("<8I", *words[3:]) == found.digest()
    assert words[2] & 0xFF == found.flags and words[2] & 0x400      # the console has confirmed it


UNSIGNED = "security core: development image: unsigned packages are accepted\n"


def test_unsigned_is_said_at_every_start(tmp_path):
    """The flag is the assembly's: this one has it as it was made; with it, the first line says so, also when the firmware alone starts again."""
    composition = json.loads((OUT / "composition.json").read_text())
    assert boot_manifest.read(manifest_of(kata.qemu_command())[1]).flags == composition["allow_unsigned"] == 0
    (tmp_path / "composition.json").write_text(json.dumps(composition | {"allow_unsigned": True}))

    def change(manifest):
        manifest.flags = boot_manifest.flags_of(tmp_path / "composition.json")
    assert said(resigned(tmp_path, change)).startswith(UNSIGNED)


def test_unknown_flags(tmp_path):
    def change(manifest):
        manifest.flags = 2
    refused(resigned(tmp_path, change), "boot manifest is malformed: unknown flags")


# --- altered images ---

@pytest.mark.parametrize("at", [0, 0.5, 1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("name", NAMES)
def test_altered_byte(tmp_path, name, at):
    source = next(path for path in (OUT / f"{name}{end}" for end in (".elf", ".img", ".cpio")) if path.exists())
    offset, size = place_of(source)
    image = bytearray(source.read_bytes())
    if (name, at) == ("boot_rom", 0):
        at = 0.9                        # its first instructions are run before anything is measured: it is ROM
    image[offset + int(at * (size - 1))] ^= 0x10
    altered = tmp_path / source.name
    altered.write_bytes(image)
    refused(exchanged({source.name: altered}), f"{name}: image is not the signed one")


def test_other_hart_stays(tmp_path):
    """After a refusal the other harts are where they were, the security core goes on, and says it again for who comes later."""
    path = tmp_path / "monitor"
    command = kata.with_empty_flash(with_monitor(with_manifest(b"", tmp_path), path))
    qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        assert qemu.stdout.readline().startswith(REFUSED.encode())
        monitor = Monitor(path)
        for hart in (0, 2):
            monitor.command(f"cpu {hart}")
            pc = int(re.search(r"pc\s+([0-9a-f]+)", monitor.command("info registers"))[1], 16)
            assert 0x806FF000 <= pc < 0x80700000, hex(pc)
        start = time.monotonic()
        assert qemu.stdout.readline().startswith(REFUSED.encode())
        assert 5 < time.monotonic() - start < 60
    finally:
        qemu.kill()
        qemu.wait()


# --- manifests ---

def test_no_manifest():
    refused(exchanged({}, (boot_manifest.FILE,)), "there is no boot manifest")


def test_wrong_key(tmp_path):
    key = signing.new_key(str(tmp_path / "other.pem"))
    refused(resigned(tmp_path, None, key), "boot manifest is signed with an unknown key")


def test_wrong_key_that_says_to_be_ours(tmp_path):
    key = signing.new_key(str(tmp_path / "other.pem"))
    ours = boot_manifest.read(manifest_of(kata.qemu_command())[1]).key_id

    def change(manifest):
        manifest.key_id = ours
    refused(resigned(tmp_path, change, key), "boot manifest has a wrong signature")


def test_older_version(tmp_path):
    def change(manifest):
        manifest.version -= 1
    refused(resigned(tmp_path, change), "boot manifest is older than the version last accepted")


def test_newer_version_starts(tmp_path):
    def change(manifest):
        manifest.version += 1
    assert REFUSED not in said(resigned(tmp_path, change))


FIELDS = [(0, "there is no boot manifest"), (4, "boot manifest is malformed: unknown format"), (8, "boot manifest has a wrong signature"),
          (12, "boot manifest is signed with an unknown key"), (19, "boot manifest is signed with an unknown key"),
          (20, "boot manifest is malformed: number of images"), (23, None),
          (24, "boot manifest has a wrong signature"), (27, "boot manifest has a wrong signature"),
          (28, "boot manifest has a wrong signature"), (44, "boot manifest has a wrong signature"),
          (48, "boot manifest has a wrong signature"), (52, "boot manifest has a wrong signature"),
          (-64, "boot manifest has a wrong signature"), (-32, "boot manifest has a wrong signature"),
          (-1, "boot manifest has a wrong signature")]


@pytest.mark.parametrize("at, words", FIELDS)
def test_altered_manifest(tmp_path, at, words):
    data = bytearray(manifest_of(kata.qemu_command())[1])
    data[at] ^= 1
    refused(with_manifest(data, tmp_path), words or "boot manifest has a wrong signature")


@pytest.mark.parametrize("size, words", [(0, "there is no boot manifest"), (3, "there is no boot manifest"),
                                         (8, "boot manifest is malformed: number of images"),
                                         (28, "boot manifest has a wrong signature"), (100, "boot manifest has a wrong signature"),
                                         (-64, "boot manifest has a wrong signature"), (-1, "boot manifest has a wrong signature")])
def test_truncated_manifest(tmp_path, size, words):
    refused(with_manifest(manifest_of(kata.qemu_command())[1][:size], tmp_path), words)


def altered(position, **fields):
    """Changes one record of a manifest, before it is signed."""
    def change(manifest):
        name, base, size, value = boot_manifest.RECORD.unpack(manifest.records[position])
        values = {"name": name, "base": base, "size": size, "value": value} | fields
        manifest.records[position] = boot_manifest.RECORD.pack(*values.values())
    return change


def dropped(name):
    def change(manifest):
        manifest.records = [record for record in manifest.records if not record.startswith(name)]
    return change


def swapped(manifest):
    manifest.records[1:3] = manifest.records[2:0:-1]


OUTSIDE = "boot manifest is malformed: outside of the memory for images"
OVERLAP = "boot manifest is malformed: overlaps the image before it"
BAD_NAME = "boot manifest is malformed: name of an image"


@pytest.mark.parametrize("change, words", [
    (altered(2, base=0x80400000, size=64), f"user: {OUTSIDE}"),             # the security core's own memory
    (altered(2, base=0x80500000 - 32, size=64), f"user: {OUTSIDE}"),        # its last bytes
    (altered(2, base=0x803FFFF0, size=64), f"user: {OUTSIDE}"),             # from hart 0's into it
    (altered(2, base=0x80600000, size=64), f"user: {OUTSIDE}"),             # the mailbox
    (altered(2, base=0x806FE000, size=64), f"user: {OUTSIDE}"),             # the manifest itself
    (altered(2, base=0x22000000, size=64), f"user: {OUTSIDE}"),             # flash
    (altered(2, base=0x10000000, size=8), f"user: {OUTSIDE}"),              # the UART
    (altered(2, size=0), f"user: {OUTSIDE}"),
    (altered(2, size=0xFFFFFFFF), f"user: {OUTSIDE}"),
    (altered(2, size=0x100000000 - 0x8000D000), f"user: {OUTSIDE}"),
    (altered(5, base=0x807FFFFF, size=2), f"builtins: {OUTSIDE}"),
    (altered(2, base=0x80001000), f"user: {OVERLAP}"),
    (altered(1, size=0x20000), f"user: {OVERLAP}"),
    (swapped, f"kernel: {OVERLAP}"),
    (altered(0, name=bytes(16)), BAD_NAME), (altered(3, name=b"abcdefghijklmnop"), BAD_NAME), (altered(3, name=b"a\x1bb"), BAD_NAME),
    (altered(3, name=b"a\0b"), BAD_NAME),
    (dropped(b"monitor"), "boot manifest lacks an image where a hart begins"),
    (dropped(b"vector_core"), "boot manifest lacks an image where a hart begins"),
    (dropped(b"boot_rom"), "boot manifest lacks an image where a hart begins"),
    (altered(0, base=0x80000004, size=64), "boot manifest lacks an image where a hart begins"),
    (altered(1, value=bytes(32)), "kernel: image is not the signed one"),
])
def test_signed_but_not_good(tmp_path, change, words):
    refused(resigned(tmp_path, change), words)


@pytest.mark.parametrize("n", [0, 17])
def test_number_of_images(tmp_path, n):
    def change(manifest):
        manifest.records = (manifest.records * 17)[:n]
    refused(resigned(tmp_path, change), "boot manifest is malformed: number of images")
