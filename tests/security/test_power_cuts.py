# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The whole machine loses its power in an operation of the flash: QEMU ends there, and starts again with the same flash. Every operation in turn, and
harsher cuts, are the host's (tests/core); this is a sample with the real firmware and driver."""
import re
import shutil

import pexpect
import pytest

from machine import RELEASE, kata, machine

pytestmark = pytest.mark.skipif(RELEASE, reason="release build")
HELLO = "[hello]::I am a C app!"


class Device:
    """One flash, through several lives of the machine."""

    def __init__(self, monkeypatch, path):
        command = kata.with_flash(machine({"security_core.elf": "security_core_test.elf"}), str(path))
        monkeypatch.setattr(kata, "qemu_command", lambda: command)
        self.console = None

    def on(self):
        self.console = kata.Console(boot_timeout=120)
        return self.console

    def off(self):
        self.console.close()

    def cut(self, where, command):
        """Does the command, and ends at that operation of the flash. False: there are not so many."""
        self.console.run(f"scecho core-cut-{where}")
        self.console.send(command + "\r")
        gone = self.console.child.expect([pexpect.EOF, re.escape(command) + "\r\n(?s:.*)" + kata.PROMPT], timeout=60) == 0
        self.off()
        return gone


@pytest.fixture
def device(monkeypatch, tmp_path):
    d = Device(monkeypatch, tmp_path / "flash.img")
    yield d
    if d.console is not None:
        d.off()


@pytest.fixture(scope="module")
def with_hello(tmp_path_factory):
    """A flash with hello and a key of it."""
    path = tmp_path_factory.mktemp("flash") / "flash.img"
    with pytest.MonkeyPatch.context() as monkeypatch:
        d = Device(monkeypatch, path)
        console = d.on()
        console.install("hello")
        console.run("kvwrite hello colour blue")
        assert colour(console) == "blue"
        d.off()
    return path


@pytest.fixture
def hello_device(device, with_hello, tmp_path):
    shutil.copyfile(with_hello, tmp_path / "flash.img")
    return device


def colour(console):
    """The value of the key, or None."""
    value = re.search(r"^\[([\d, ]*)\]$", console.run("kvread hello colour"), re.M)
    return value and bytes(int(n) for n in value[1].split(", ")).decode()


def is_installed(console):
    """As its keys say: the list of packages has the built-in one only once."""
    return "BundleNotFound" not in console.run("keys hello")


def runs(console):
    console.start("hello")
    console.expect(re.escape(HELLO))
    console.stop("hello")


@pytest.mark.parametrize("where", ["b1", "m2", "a3", "m4", "b5", "m6", "a7", "m8", "m9", "a11", "b13", "m15", "a17", "b19", "a21", "a25"])
def test_install(device, where):
    """hello is there, or is not; then it can be installed."""
    device.on()
    gone = device.cut(where, "install hello.app")
    console = device.on()
    there = is_installed(console)
    print(f"cut {where}: {'gone' if gone else 'done before'}, {'new' if there else 'old'}")
    assert gone or there
    if not there:
        console.install("hello")
    runs(console)


@pytest.mark.parametrize("where", ["b1", "m1", "m3", "a4", "a6"])
def test_write_key(hello_device, where):
    console = hello_device.on()
    assert is_installed(console)
    gone = hello_device.cut(where, "kvwrite hello colour green")
    console = hello_device.on()
    value = colour(console)
    print(f"cut {where}: {'gone' if gone else 'done before'}, {value}")
    assert value == "green" or (gone and value == "blue")
    console.run("kvwrite hello colour red")
    assert colour(console) == "red"
    runs(console)


@pytest.mark.parametrize("where", ["b1", "m2", "m3", "a4", "a6"])
def test_uninstall(hello_device, where):
    """With its key, or not at all."""
    hello_device.on()
    gone = hello_device.cut(where, "uninstall hello")
    console = hello_device.on()
    there = is_installed(console)
    print(f"cut {where}: {'gone' if gone else 'done before'}, {'old' if there else 'new'}")
    if there:
        assert gone and colour(console) == "blue"
        runs(console)
        console.uninstall("hello")
    assert not is_installed(console)
    console.install("hello")
    assert colour(console) is None
