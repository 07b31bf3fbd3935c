# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Every malformed bundle of tools/packer/malform.py is refused with its own message and leaves nothing behind, in a system that takes unsigned
packages: in others, nobody looks any further."""
import pytest

import kata
import malform

CASES = list(malform.corpus())
ODD = [(name, kata.signed(data, name) if "signed" in name else data) for name, data in malform.accepted()]
UNKNOWN = "signed with an unknown key"      # what is signed at all is signed with nobody's key, and that may be seen first


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    c = kata.Console(command=kata.accepting_unsigned(kata.qemu_command(), tmp_path_factory.mktemp("unsigned")))
    yield c
    c.close()


@pytest.mark.parametrize("name, message, data", CASES, ids=[case[0] for case in CASES])
def test_refused(console, tmp_path, name, message, data):
    path = tmp_path / f"{name}.app"
    path.write_bytes(data)
    before = console.mstats()
    output = console.send_file(str(path))
    assert f"install failed: {message}" in output or (name.startswith("sign") and f"install failed: {UNKNOWN}" in output), output
    assert "BundleNotFound" in console.run(f"start {name}")
    assert console.mstats() == before


@pytest.mark.parametrize("name, data", ODD, ids=[case[0] for case in ODD])
def test_accepted(console, tmp_path, name, data):
    path = tmp_path / f"{name}.app"
    path.write_bytes(data)
    before = console.mstats()
    assert f'Bundle "{name}" installed' in console.send_file(str(path))
    console.start(name)
    console.wait_status(name, r"Exited \(code 7\)")
    console.uninstall(name)
    assert console.mstats() == before


def test_image_larger_than_the_memory(console, tmp_path):
    """Refused before or while it arrives, not a crash and not a leak."""
    path = tmp_path / "huge.app"
    path.write_bytes(kata.padded_bundle(18 << 20, "huge"))
    before = console.mstats()
    output = console.send_file(str(path))
    assert "install failed: " in output and kata.SILENT not in output
    assert console.mstats() == before
