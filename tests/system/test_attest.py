# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""attest on the console: the statement is this machine's, for this nonce, about these images and packages, as tools/attest.py finds."""
import os
import re
import subprocess

import pytest

from kata import TOP, Console, qemu_command

NONCE = "00112233445566778899aabbccddeeff"
OUT = os.path.join(TOP, os.environ.get("OUT", "build/qemu_virt-debug"))


def loaded(name):
    """The file of the command with that name."""
    return next(word.split("file=")[1].split(",")[0] for word in qemu_command() if f"/{name}" in word)


def verify(text, tmp_path, *options, nonce=NONCE):
    (tmp_path / "statement").write_text(text)
    done = subprocess.run([os.path.join(TOP, "tools/attest.py"), "verify", tmp_path / "statement", "--nonce", nonce, *options],
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_statement(console, tmp_path):
    console.run("install hello.app")
    console.run("start hello")
    text = console.run(f"attest {NONCE}")
    code, said = verify(text, tmp_path, "--manifest", loaded("boot_manifest.bin"), "--firmware", loaded("security_core.elf"))
    assert code == 0, said
    for line in ("the images in memory, confirmed", "lowest    version 1", "without signature are refused", "application hello: version 1, signed",
                 "claim     running", " hello"):
        assert line in said
    code, said = verify(text, tmp_path, nonce="11" * 16)
    assert code == 1 and "for another nonce" in said
    console.run("stop hello")
    console.run("uninstall hello")
    text = console.run(f"attest {NONCE[:16].upper()}")
    code, said = verify(text, tmp_path, nonce=NONCE[:16])
    assert code == 0 and "hello" not in said


@pytest.mark.parametrize("nonce", ["0011223344556", "00112233445566", "001122334455667", "00112233445566zz", "00" * 33, "nonce"])
def test_no_nonce(console, nonce):
    assert "invalid arguments" in console.run(f"attest {nonce}")


def test_devices_have_keys_of_their_own(console, tmp_path):
    """A blank flash is another device."""
    (tmp_path / "first").write_text(console.run(f"attest {NONCE}"))
    subprocess.run([os.path.join(TOP, "tools/attest.py"), "device", tmp_path / "first", tmp_path / "device.pem"], check=True)
    assert verify(console.run(f"attest {NONCE}"), tmp_path, "--device-key", str(tmp_path / "device.pem"))[0] == 0
    other = Console()
    try:
        code, said = verify(other.run(f"attest {NONCE}"), tmp_path, "--device-key", str(tmp_path / "device.pem"))
        assert code == 1 and "of another device" in said
    finally:
        other.close()


def test_statement_for_an_application(console, tmp_path):
    console.run("install attest.app")
    console.send(f"start attest {NONCE}\r")
    console.expect(r"attest exited \(code 0\)")
    text = console.child.before
    lines = re.findall(r"^\[attest\]::attest::([0-9a-f]+)\r$", text, re.M)
    (tmp_path / "first").write_bytes(bytes.fromhex("".join(lines)))
    done = subprocess.run([os.path.join(TOP, "tools/attest.py"), "verify", tmp_path / "first", "--nonce", NONCE, "--manifest",
                           loaded("boot_manifest.bin")], capture_output=True, text=True)
    assert done.returncode == 0, text + done.stderr
    assert "asked by attest\n" in done.stdout and "application attest: version 1, signed" in done.stdout
    console.send("\r")
    console.send("start attest 0011\r")
    console.expect("SDKSerializeFailed")
    console.settle()
    console.run("uninstall attest")
