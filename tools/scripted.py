# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Runs the built system on a script instead of on somebody who types: the archive of built-in files is replaced by one with
an autostart.repl, which the console executes when it has come up, and the boot manifest by one for it. The last line of the script must be `shutdown`."""
import hashlib
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "packer"))
import boot_manifest  # noqa: E402
import cpio  # noqa: E402


class RunError(Exception):
    """The message says what went wrong, with the end of the output."""


def kernel_label(out):
    """Names the kernel image in the build folder by its content: reports that carry the same name are about the same binary."""
    return "kernel.elf " + hashlib.sha256((out / "kernel.elf").read_bytes()).hexdigest()[:12]


def run(argv, timeout):
    """Output of a command that must succeed."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        raise RunError(f"{argv[0]} took longer than {timeout} s:\n{(late.stdout or b'').decode(errors='replace')[-2000:]}")
    text = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    if done.returncode != 0:
        raise RunError(f"{argv[0]} ended with code {done.returncode}:\n{text[-2000:]}")
    return text


def archive_members(data):
    """(name, bytes) of a newc archive."""
    members, at = [], 0
    while True:
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        size, name_size = fields[6], fields[11]
        name = data[at + 110:at + 110 + name_size - 1].decode()
        start = (at + 110 + name_size + 3) & ~3
        if name == "TRAILER!!!":
            return members
        members.append((name, data[start:start + size]))
        at = (start + size + 3) & ~3


def manifest_for(builtins, archive):
    """Where the boot manifest for an archive is kept, so that the next run of the same script has the very same one."""
    folder = Path(builtins).parent / "scripted"
    folder.mkdir(exist_ok=True)
    return str(folder / (hashlib.sha256(archive).hexdigest()[:16] + ".bin"))


def run_system(command, lines, options=(), apps=(), timeout=120, models=()):
    """Output of the system that COMMAND (one string) starts, with QEMU options added and only these apps and models in its archive."""
    argv = shlex.split(command)
    loader = next((a for a in argv if "builtins.cpio" in a), None)
    if loader is None:
        raise RunError("the QEMU command loads no builtins.cpio")
    path = re.search(r"file=([^,]*builtins\.cpio)", loader).group(1)
    names = [f"{app}.app" for app in apps] + [f"{model}.model" for model in models]
    members = [m for m in archive_members(Path(path).read_bytes()) if m[0] in names]
    if len(members) != len(names):
        raise RunError(f"{path} lacks some of {', '.join(names)}")
    script = "".join(line + "\n" for line in lines).encode()
    archive = cpio.archive([("autostart.repl", script)] + members)
    with tempfile.TemporaryDirectory() as folder:
        scripted = Path(folder) / "builtins.cpio"
        scripted.write_bytes(archive)
        argv[argv.index(loader)] = loader.replace(path, str(scripted))
        argv = boot_manifest.resigned(argv, manifest_for(path, archive))
        return run(argv[:1] + list(options) + argv[1:], timeout)
