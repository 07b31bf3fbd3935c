# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The machine of QEMU_COMMAND with other images (build.mk), and QEMU's monitor."""
import os
import pathlib
import re
import socket
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "system"), str(TOP / "tools" / "packer")]
import boot_manifest  # noqa: E402
import kata  # noqa: E402

OUT = TOP / os.environ.get("OUT", "build/qemu_virt-debug")
RELEASE = "release" in OUT.name
FOLDER = tempfile.TemporaryDirectory(prefix="kata-security-")


def exchanged(changes, without=()):
    """The command with images exchanged: name -> path; and without the loaders of others."""
    command = []
    for word in kata.qemu_command():
        name = re.match(r"loader,file=[^,]*/([\w.]+)", word)
        if name and name[1] in without:
            command.pop()
            continue
        if name and name[1] in changes:
            word = re.sub(r"file=[^,]*", f"file={OUT / changes[name[1]]}", word)
        command.append(word)
    return command


def machine(changes, without=()):
    """The same, with a boot manifest for these images."""
    path = os.path.join(FOLDER.name, f"{len(os.listdir(FOLDER.name))}.bin")
    return boot_manifest.resigned(exchanged(changes, without), path)


def with_monitor(command, path):
    """The command with QEMU's monitor on a socket."""
    command = list(command)
    command[command.index("-monitor") + 1] = f"unix:{path},server=on,wait=off"
    return command


class Monitor:
    """QEMU's monitor on a socket."""

    def __init__(self, path):
        for _ in range(100):
            if os.path.exists(path):
                break
            time.sleep(0.05)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self._answer()

    def _answer(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            text += self.socket.recv(65536)
        return text.decode(errors="replace")

    def command(self, text):
        self.socket.sendall(f"{text}\n".encode())
        return self._answer()

    def words(self, address, n):
        """Physical memory, as nobody but QEMU sees it."""
        lines = re.findall(r"^[0-9a-f]{8,16}:((?: 0x[0-9a-f]{8})+)", self.command(f"xp /{n}wx 0x{address:x}"), re.M)
        return [int(word, 16) for line in lines for word in line.split()]
