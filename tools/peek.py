# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Looks into the memory of a running machine, as nobody but QEMU sees it: over its QMP socket (docs/interop/qmp-spec.txt)."""
import json
import re
import shlex
import socket
import subprocess
import tempfile
import time

import scripted


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.command("qmp_capabilities")

    def answer(self):
        """What the next answer returns; events in front of it are passed over."""
        for line in self.lines:
            message = json.loads(line)
            if "return" in message:
                return message["return"]
        raise OSError("QEMU has ended")

    def command(self, name, **arguments):
        self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        return self.answer()

    def word(self, address):
        text = self.command("human-monitor-command", **{"command-line": f"xp /1wx 0x{address:x}"})
        return int(re.search(r": 0x([0-9a-f]+)", text)[1], 16)


def connected(path):
    for _ in range(200):
        try:
            return Qmp(path)
        except OSError:
            time.sleep(0.05)
    raise OSError("QEMU does not open its QMP socket")


def words_when(command, flag, addresses, options=(), timeout=60):
    """Starts the machine of COMMAND (one string), waits until the word at physical address `flag` is not 0, and returns those at `addresses`."""
    argv = shlex.split(command)
    with tempfile.TemporaryDirectory() as folder:
        path, end = f"{folder}/qmp", time.monotonic() + timeout
        qemu = subprocess.Popen([*argv[:1], *options, "-qmp", f"unix:{path},server=on,wait=off", *argv[1:]], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL)
        try:
            qmp = connected(path)
            while qmp.word(flag) == 0:
                if time.monotonic() > end:
                    raise scripted.RunError(f"the word at 0x{flag:x} is 0 after {timeout} s")
                time.sleep(0.01)
            return [qmp.word(address) for address in addresses]
        finally:
            qemu.kill()
            qemu.wait()
