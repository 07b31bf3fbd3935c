# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""install -z with the real sz of lrzsz, through QEMU's serial line."""
import re
import subprocess
import sys
import time
import zlib

import pytest

from kata import LONG, PROMPT, SILENT, TOP, padded_bundle, qemu_command

sys.path.insert(0, f"{TOP}/tools")

SIZES = {"64k": 65536, "1m": 1 << 20}
ROUNDS = 20 if LONG else 2


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    paths = {}
    for name, size in SIZES.items():
        paths[name] = folder / f"big-{name}.app"
        paths[name].write_bytes(padded_bundle(size, f"big-{name}"))
    return paths


def receive_file(console, name, folder):
    """What the console said and what arrived."""
    output = console.receive_file(name, folder)
    return output, [path.read_bytes() for path in folder.iterdir()]


def builtin(name):
    """A file of the archive, from the build folder."""
    import scripted
    data = next(a for a in qemu_command() if "builtins.cpio" in a)
    return dict(scripted.archive_members(open(re.search(r"file=([^,]*)", data)[1], "rb").read()))[name]


@pytest.mark.parametrize("name", ["builtins.repl", "timer.app"])
def test_sends_files_of_the_archive(console, tmp_path, name):
    output, arrived = receive_file(console, name, tmp_path)
    assert arrived == [builtin(name)]
    assert f"Sent {len(arrived[0])} bytes of data" in output
    assert (tmp_path / name).exists()


def test_sends_an_installed_bundle_back(console, files, tmp_path):
    path = files["64k"]
    expect_installed(console.send_file(str(path)), path)
    before = console.mstats()
    output, arrived = receive_file(console, path.stem, tmp_path)
    assert arrived == [path.read_bytes()] and (tmp_path / path.name).exists(), output
    assert console.mstats() == before
    console.uninstall(path.stem)


def test_sends_the_log(console, tmp_path):
    console.run("mdebug")
    shown = "".join(line + "\n" for line in console.run("dmesg").splitlines()[1:])
    output, arrived = receive_file(console, "log", tmp_path)
    assert arrived[0].decode().splitlines()[-3:] == shown.splitlines()[-3:] and len(arrived[0]) > 500, output


def test_receiver_that_is_not_there(console, tmp_path):
    assert "nothing: not found" in console.run("sz nothing")
    console.send("sz builtins.repl\r")
    console.expect(r"rz\r")
    console.send("\x03")
    console.child.expect_exact(PROMPT, timeout=20)
    assert "sz failed: interrupted" in console.child.before


def test_long_subpackets(console, files):
    """sz -8: subpackets of 8 KiB."""
    path = files["64k"]
    expect_installed(console.send_file(str(path), options=("-8",)), path)
    console.uninstall(path.stem)


def test_killed_receiver(console, files, tmp_path):
    path = files["64k"]
    expect_installed(console.send_file(str(path)), path)
    start = time.monotonic()
    output = console.transfer(f"sz {path.stem}", ["timeout", "-s", "KILL", "0.3", "rz", "-q", "-b", "-y"], cwd=tmp_path)
    assert f"sz failed: {SILENT}" in output or f"Sent {SIZES['64k']} bytes" in output
    assert time.monotonic() - start < 20
    console.uninstall(path.stem)


def expect_installed(output, path):
    data = path.read_bytes()
    match = re.search(r"Received (\d+) bytes of data, crc32 ([0-9a-f]{8})\n", output)
    assert match, output[-1000:]
    assert int(match[1]) == len(data)
    assert int(match[2], 16) == zlib.crc32(data)
    assert f'Bundle "{path.stem}" installed' in output


@pytest.mark.parametrize("size", SIZES)
def test_transfers(console, files, size):
    path = files[size]
    before = console.mstats()
    for _ in range(ROUNDS):
        expect_installed(console.send_file(str(path)), path)
        assert console.status(path.stem) == "Stopped"
        console.uninstall(path.stem)
        assert console.mstats() == before


def test_received_bundle_runs(console, files):
    path = files["64k"]
    before = console.mstats()
    expect_installed(console.send_file(str(path)), path)
    console.start(path.stem)
    console.wait_status(path.stem, r"Exited \(code 7\)")
    console.uninstall(path.stem)
    assert console.mstats() == before


def test_sz_directly_on_the_line(console, files):
    """sz has the terminal itself as standard input and output."""
    path = files["64k"]
    console.send("install -z\r")
    console.expect(r"ctrl-c gives up\.")
    line = console.child.child_fd
    subprocess.run(["sz", "-q", "-b", str(path)], stdin=line, stdout=line, stderr=subprocess.DEVNULL, timeout=60, check=True)
    console.child.expect_exact(PROMPT, timeout=20)
    expect_installed(console.child.before.replace("\r\n", "\n"), path)
    console.uninstall(path.stem)


@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.97] if LONG else [0.5])
@pytest.mark.parametrize("size", SIZES)
def test_killed_sender(console, files, size, fraction):
    path = files[size]
    before = console.mstats()
    output = console.send_file(str(path), kill_after=int(SIZES[size] * fraction))
    assert time.monotonic() - console.killed_at < 15        # noticed within 5 seconds, on a machine that has time
    assert console.run("loglevel").splitlines()[-1] == "info"
    assert f"install failed: {SILENT}" in output
    assert "installed" not in output
    assert console.mstats() == before
    assert "BundleNotFound" in console.run(f"status {path.stem}")
    path = path if LONG else files["64k"]
    expect_installed(console.send_file(str(path)), path)
    console.uninstall(path.stem)
    assert console.mstats() == before


def test_interrupted_by_hand(console):
    before = console.mstats()
    console.send("install -z\r")
    console.expect(r"ctrl-c gives up\.")
    console.send("\x03")
    console.child.expect_exact(PROMPT, timeout=20)
    assert "install failed: interrupted" in console.child.before
    assert console.mstats() == before


def test_already_installed(console, files):
    path = files["64k"]
    expect_installed(console.send_file(str(path)), path)
    before = console.mstats()
    for _ in range(5):                      # whatever sz has sent ahead, it hears of the refusal at once
        output = console.send_file(str(path), timeout=4)
        assert re.search("install failed: (BundleFound|DeleteFirst)", output)
    assert console.mstats() == before
    assert console.status(path.stem) == "Stopped"
    console.uninstall(path.stem)


def test_log_lines_wait_for_the_end(console, files):
    """An application logs all through the transfer; its lines come out whole, behind it."""
    console.install("fibonacci")
    console.start("fibonacci")
    path = files["64k"]
    output = console.send_file(str(path))
    console.stop("fibonacci")
    console.uninstall("fibonacci")
    expect_installed(output, path)
    console.uninstall(path.stem)


@pytest.mark.parametrize("name", ["esc\x1b[31m", '"quoted"', "two words", "-rf", "..", "caf\u00e9", "%s%n", "n" * 64, "n" * 200],
                         ids=["escape", "quotes", "space", "option", "dots", "utf8", "format", "64", "200"])
def test_bad_names(console, tmp_path, name):
    """A bundle's id comes from outside: what is no id is refused, and never printed."""
    path = tmp_path / f"{name}.app"
    path.write_bytes(padded_bundle(4096, "good"))
    before = console.mstats()
    output = console.send_file(str(path), timeout=10)
    assert "install failed: BundleIdInvalid" in output and "\x1b" not in output
    assert console.mstats() == before
    assert console.run("bundles").splitlines()[1:] == []
