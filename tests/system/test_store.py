# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Packages and keys in the flash of the security core: what survives power-off, and what is refused."""
import os
import re
import signal

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import kata
from kata import Console, padded_bundle, signed

import boot_manifest    # kata has put tools/packer on the path
import bundle
import malform

OUT = os.path.join(kata.TOP, os.environ.get("OUT", "build/qemu_virt-debug"))


def application(name):
    with open(os.path.join(OUT, "apps", f"{name}.app"), "rb") as file:
        return file.read()


class Machine:
    """A machine with a flash of its own, which keeps what is written when the power goes."""

    def __init__(self, folder):
        self.command = kata.with_flash(kata.qemu_command(), os.path.join(folder, "flash.img"))
        self.folder = folder
        self.console = None

    def power_on(self):
        self.console = Console(command=self.command)
        return self.console

    def power_off(self):
        """At once: QEMU is killed."""
        self.console.child.kill(signal.SIGKILL)
        self.console.child.close(force=True)
        self.console = None

    def again(self):
        self.power_off()
        return self.power_on()

    def send(self, name, data):
        path = os.path.join(self.folder, f"{name}.app")
        with open(path, "wb") as file:
            file.write(data)
        return self.console.send_file(path)


@pytest.fixture
def machine(tmp_path):
    m = Machine(tmp_path)
    m.power_on()
    yield m
    if m.console:
        m.console.close()


def installed(console):
    return [line.split(":")[0] for line in console.run("status").splitlines() if re.match(r"[\w.-]+: (Stopped|Running|Exited|Faulted)", line)]


def start_keyval(console, *words):
    """Its exit code."""
    console.start("keyval", *words)
    return console.wait_status("keyval", r"Exited \(code \d+\)", timeout=60)


def test_everything_is_there_after_power_off(machine):
    """Sent over the line, power off, there: with its keys, of every size up to a page."""
    console = machine.console
    assert 'Bundle "keyval" installed' in machine.send("keyval", application("keyval"))
    assert start_keyval(console, "keep", "41") == "Exited (code 0)"
    assert "Write key" in console.run("kvwrite keyval more from the console")
    console = machine.again()
    assert installed(console) == ["keyval"]
    assert console.run("keys keyval").splitlines()[1:] == ["empty 0", "large 4096", "more 16", "page less one 4095", "part 1024", "short 100"]
    assert console.run("kvread keyval more").splitlines()[-1] == str(list(b"from the console"))
    assert "Delete key" in console.run("kvdelete keyval more")
    assert start_keyval(console, "check", "41") == "Exited (code 0)"
    assert start_keyval(console, "check", "42") == "Exited (code 1)"
    console.install("hello")
    console.uninstall("keyval")
    console = machine.again()
    assert installed(console) == ["hello"]
    assert "keys failed: BundleNotFound" in console.run("keys keyval")
    console.install("keyval")
    assert console.run("keys keyval").splitlines()[1:] == []


def test_upgrade(machine):
    """A higher version takes the place of an installed one: keys stay, and what runs goes on as it is."""
    console = machine.console
    console.install("keyval")
    assert start_keyval(console, "keep", "7") == "Exited (code 0)"
    console.install("hello")
    console.start("hello")
    image = application("keyval")
    assert "install failed: BundleFound" in machine.send("keyval", signed(image, "keyval"))
    assert 'Bundle "keyval" installed' in machine.send("keyval", signed(image, "keyval", 3))
    assert 'Bundle "hello" installed' in machine.send("hello", padded_bundle(20000, "hello", 2))
    assert console.status("hello") == "Running"
    assert "install failed: BundleFound" in machine.send("keyval", signed(image, "keyval", 3))
    assert "install failed: version lower than one installed before" in machine.send("keyval", signed(image, "keyval", 2))
    assert start_keyval(console, "check", "7") == "Exited (code 0)"
    console.stop("hello")
    console.run("start hello")
    assert console.wait_status("hello", r"Exited \(code 7\)")
    console.uninstall("keyval")
    console = machine.again()
    assert "install failed: version lower than one installed before" in console.run("install keyval.app")
    assert "install failed: version lower than one installed before" in machine.send("keyval", signed(image, "keyval", 2))
    assert 'Bundle "keyval" installed' in machine.send("keyval", signed(image, "keyval", 3))


def test_a_bad_manifest_replaces_nothing(machine):
    console = machine.console
    sections = [bundle.manifest(b"stack = 8K\n"), *malform.valid_sections()]
    assert 'Bundle "app" installed' in machine.send("app", signed(sections, "app"))
    assert "Write key" in console.run("kvwrite app k v")
    sections[0] = bundle.manifest(b"stack = much\n")
    assert "install failed: manifest line 1: not a number" in machine.send("app", signed(sections, "app", 2))
    assert console.run("kvread app k").splitlines()[-1] == "[118]"
    console.run("start app")
    console.wait_status("app", r"Exited \(code 7\)")


def small():
    return [bundle.manifest(b"name = small\n"), *malform.valid_sections()]


def reordered(image):
    first, second, *rest = bundle.parse(image)[1:]
    sections = [bundle.parse(image)[0], first, rest[0], second, *rest[1:]]
    return bundle.image(sections)


def cut(image, bytes_missing):
    return image[:-bytes_missing]


REFUSED = [
    ("unsigned", lambda: bundle.image(small()), "image is not signed"),
    ("another-key", lambda: signed(small(), "small", key=ec.derive_private_key(1, ec.SECP256R1())), "signed with an unknown key"),
    ("another-name", lambda: signed(small(), "other"), "signed for another name"),
    ("cut-data", lambda: cut(signed(small(), "small"), 1), "truncated section data"),
    ("cut-section", lambda: bundle.image(bundle.parse(signed(small(), "small"))[:-1]), "truncated image: a section is missing"),
    ("reordered", lambda: reordered(signed(small(), "small")), "section is not the signed one"),
]


@pytest.mark.parametrize("make, why", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(console, tmp_path, make, why):
    path = tmp_path / "small.app"
    path.write_bytes(make())
    output = console.send_file(str(path))
    assert re.search(f"install failed: ({why})", output), output
    assert "status failed: BundleNotFound" in console.run("status small")


def archive_with(command, folder, files):
    """The command with an archive of other files, and a boot manifest that says so."""
    import cpio
    path = os.path.join(folder, "builtins.cpio")
    with open(path, "wb") as file:
        file.write(cpio.archive(files))
    command = [re.sub(r"file=[^,]*builtins\.cpio", f"file={path}", word) for word in command]
    return boot_manifest.resigned(command, os.path.join(folder, "boot_manifest.bin"))


def smallest():
    """A signed package as small as they come: one section with a few instructions."""
    text = bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(), entry=malform.TEXT)
    return signed(bundle.chain([text]), "small")


def installed_from_the_archive(folder, images, names):
    """Starts a system with these files in its archive, installs each, and returns what it said."""
    files = [(f"{name}/small.app", image) for name, image in zip(names, images)]
    script = "".join(f"install {name}/small.app\n" for name in names)
    console = Console(command=archive_with(kata.qemu_command(), folder, [("all.repl", script.encode()), *files]))
    try:
        return console.run("source -q all.repl", timeout=600)
    finally:
        console.close()


def test_every_byte_counts(tmp_path):
    """Each byte of a package altered in turn, one bit of it: refused, every time, with a reason. The images are in the archive, so that nothing but
    the security core takes time; it has room for some at a time."""
    image, part = smallest(), 150
    altered = [image[:i] + bytes([image[i] ^ 1 << i % 8]) + image[i + 1:] for i in range(len(image))]
    reasons = []
    for at in range(0, len(altered), part):
        images = [*altered[at:at + part], image]        # the last one shows that nothing else keeps them away
        output = installed_from_the_archive(tmp_path, images, range(len(images)))
        found = re.findall(r"^install failed: (.*)$", output, re.M)
        assert len(found) == len(images) - 1 and output.count("installed") == 1, output
        reasons += found
    print(f"{len(altered)} altered packages refused: " + ", ".join(f"{reasons.count(reason)} {reason}" for reason in sorted(set(reasons))))


@pytest.mark.skipif(not kata.LONG, reason="28 MiB over the line take minutes: LONG=1")
def test_the_flash_is_full(machine):
    """Packages until it is full: told so, and what is there is there; with one less, there is room again."""
    console = machine.console
    for i in range(40):
        output = machine.send(f"big{i}", padded_bundle(4 << 20, f"big{i}"))
        if "installed" not in output:
            break
    assert "install failed: the flash is full" in output, output
    print(f"{i} packages of 4 MiB in 32 MiB")
    assert installed(console) == sorted(f"big{n}" for n in range(i))
    console = machine.again()
    assert installed(console) == sorted(f"big{n}" for n in range(i))
    console.uninstall("big0")
    assert f'Bundle "big{i}" installed' in machine.send(f"big{i}", padded_bundle(4 << 20, f"big{i}"))
