# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What the flash adds to measured boot: images that are refused are replaced by the ones that were confirmed last, and nothing older than these is
started any more. One flash from test to test, in the order of the file."""
import re
import subprocess

import pytest

from machine import OUT, boot_manifest, exchanged, kata
from test_measured_boot import REFUSED, with_manifest

STARTED = "; starting the recovery images, version "
ALTERED = "user: image is not the signed one"


@pytest.fixture(scope="module")
def flash(tmp_path_factory):
    return str(tmp_path_factory.mktemp("recovery") / "flash.img")


def boot(command, flash):
    """What is said up to the prompt, or the refusal; then the power goes away."""
    qemu = subprocess.Popen(kata.with_flash(command, flash), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    text = b""
    try:
        while b"KATA> " not in text and not re.search(rb"not started: .*\n", text):
            more = qemu.stdout.read1(4096)
            assert more, text
            text += more
    finally:
        qemu.kill()
        qemu.wait()
    return text.decode(errors="replace").replace("\r", "")


def altered(tmp_path, name="user.img", at=5000):
    image = bytearray((OUT / name).read_bytes())
    image[at] ^= 4
    (tmp_path / name).write_bytes(image)
    return exchanged({name: tmp_path / name})


def of_version(tmp_path, version):
    def change(manifest):
        manifest.version = version
    return boot_manifest.resigned(kata.qemu_command(), str(tmp_path / "manifest.bin"), change)


def test_nothing_to_recover_with(tmp_path, flash):
    assert boot(altered(tmp_path), flash) == f"{REFUSED}{ALTERED}\n"


def test_confirmed_images_replace_altered_ones(tmp_path, flash):
    assert "security core: " not in boot(kata.qemu_command(), flash)
    for _ in range(2):
        assert boot(altered(tmp_path), flash).startswith(f"security core: {ALTERED}{STARTED}1\n")


def test_no_manifest(tmp_path, flash):
    assert boot(with_manifest(bytes(28), tmp_path), flash).startswith(f"security core: there is no boot manifest{STARTED}1\n")


def test_newer_version_is_the_lowest(tmp_path, flash):
    assert "security core: " not in boot(of_version(tmp_path, 3), flash)
    for version in (1, 2):
        text = boot(of_version(tmp_path, version), flash)
        assert text.startswith(f"security core: boot manifest is older than the version last accepted{STARTED}3\n")
        assert "KATA> " in text


def test_altered_rom(tmp_path, flash):
    """The other harts sleep in it: nobody can put it right, and it is not started."""
    path = OUT / "boot_rom.elf"
    image = bytearray(path.read_bytes())
    image[0x1000 + 280] ^= 1
    (tmp_path / path.name).write_bytes(image)
    text = boot(boot_manifest.resigned(exchanged({path.name: tmp_path / path.name}), str(tmp_path / "manifest.bin")), flash)
    assert text == f"{REFUSED}boot manifest is older than the version last accepted; the recovery images: image is not the signed one\n"
